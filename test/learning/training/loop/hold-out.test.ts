import { describe, expect, it } from 'vitest';
import { holdOut } from '../../../../src/learning/training/loop/batches/hold-out.js';
import { pointClouds } from './point-clouds.js';

const countLabels = (labels: Int32Array) =>
  [0, 1, 2].map((label) => labels.filter((own) => own === label).length);

describe('holding pictures out', () => {
  it('takes a tenth of every class, and no picture is on both sides', async () => {
    const data = pointClouds({ sizes: [200, 100, 50] });
    const held = holdOut(data, 3, 1);
    expect(countLabels(held?.validation.labels ?? new Int32Array())).toEqual([20, 10, 5]);
    expect(countLabels(held?.train.labels ?? new Int32Array())).toEqual([180, 90, 45]);
    await held?.validation.read([...(held?.validation.labels.keys() ?? [])], 0);
    await held?.train.read([...(held?.train.labels.keys() ?? [])], 0);
    const rows = data.reads.flatMap(({ indices }) => indices);
    expect(rows.sort((a, b) => a - b)).toEqual([...data.labels.keys()]);
  });

  it('leaves a class of a single picture to train on', () => {
    const held = holdOut(pointClouds({ sizes: [200, 100, 1] }), 3, 1);
    expect(countLabels(held?.train.labels ?? new Int32Array())[2]).toBe(1);
  });

  it('takes none where that were fewer than twenty, or a third of every class', () => {
    expect(holdOut(pointClouds({ sizes: [60, 60, 60] }), 3, 1)).toBeUndefined();
    expect(holdOut(pointClouds({ sizes: Array.from({ length: 100 }, () => 3) }), 100, 1)).toBeUndefined();
  });
});
