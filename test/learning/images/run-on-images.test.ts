import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runOnImages } from '../../../src/learning/images/run-on-images.js';
import type { InputSpec } from '../../../src/learning/model-manifest.js';
import { makePictures, sourceOf } from '../support/pictures.js';

const input: InputSpec = {
  height: 8,
  width: 8,
  channels: 3,
  range: [0, 1],
  mean: [0, 0, 0],
  std: [1, 1, 1],
  resize: 'stretch',
  interpolation: 'bilinear',
};
const pictures = await makePictures(6);
const all = [...pictures.keys()];
const soon = () => new Promise((resolve) => setTimeout(resolve, 5));

describe('running a network on pictures', () => {
  const unhandled: unknown[] = [];
  const note = (reason: unknown) => unhandled.push(reason);
  beforeEach(() => {
    unhandled.length = 0;
    process.on('unhandledRejection', note);
  });
  afterEach(() => process.off('unhandledRejection', note));

  it('fails once where the network fails for every batch', async () => {
    const run = async () => {
      await soon();
      throw new Error('out of memory');
    };
    await expect(
      runOnImages(run, sourceOf(pictures), all, input, { batchSize: 2 }, () => undefined),
    ).rejects.toThrow('out of memory');
    await soon();
    await soon();
    expect(unhandled).toEqual([]);
  });

  it('has the network at rest when it fails, so that it can be disposed', async () => {
    let underWay = 0;
    const run = async (_pixels: Uint8Array, count: number) => {
      underWay += 1;
      await soon();
      await soon();
      underWay -= 1;
      return [new Float32Array(count)];
    };
    const broken = sourceOf([...pictures.slice(0, 3), new Uint8Array(9)]);
    await expect(
      runOnImages(run, broken, [0, 1, 2, 3], input, { batchSize: 1 }, () => undefined),
    ).rejects.toMatchObject({ code: 'IMAGE_UNREADABLE' });
    expect(underWay).toBe(0);
  });

  it('is given fewer pictures at once where they are large', async () => {
    const counts: number[] = [];
    const run = async (_pixels: Uint8Array, count: number) => {
      counts.push(count);
      return [new Float32Array(count)];
    };
    const large = { ...input, height: 2048, width: 2048 };
    await runOnImages(run, sourceOf(pictures.slice(0, 3)), [0, 1, 2], large, {}, () => undefined);
    expect(counts).toEqual([2, 1]);
    await runOnImages(
      run,
      sourceOf(pictures),
      all,
      { ...input, height: 299, width: 299 },
      {},
      () => undefined,
    );
    expect(counts.slice(2)).toEqual([6]);
  });
});
