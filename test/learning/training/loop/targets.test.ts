import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../src/learning/random.js';
import { drawBeta } from '../../../../src/learning/training/loop/batches/draw-beta.js';
import { mixUp } from '../../../../src/learning/training/loop/batches/mixup.js';
import {
  balancedClassWeights,
  buildTargets,
} from '../../../../src/learning/training/loop/batches/targets.js';

describe('targets', () => {
  it('are one-hot, and padding is zero', () => {
    const targets = buildTargets(Int32Array.of(2, 0), 3, { numClasses: 3, labelSmoothing: 0 });
    expect([...targets]).toEqual([0, 0, 1, 1, 0, 0, 0, 0, 0]);
  });

  it('give every class its part of the smoothing and still sum to one', () => {
    const targets = buildTargets(Int32Array.of(1), 1, { numClasses: 4, labelSmoothing: 0.2 });
    expect([...targets].map((target) => Number(target.toFixed(6)))).toEqual([0.05, 0.85, 0.05, 0.05]);
  });

  it('carry the weight of their class', () => {
    const classWeights = Float32Array.of(0.5, 2);
    const targets = buildTargets(Int32Array.of(0, 1), 2, {
      numClasses: 2,
      labelSmoothing: 0.5,
      classWeights,
    });
    expect([...targets]).toEqual([0.375, 0.125, 0.5, 1.5]);
  });

  it('balanced weights make every class count the same, and a picture for one in the mean', () => {
    const labels = Int32Array.of(0, 0, 0, 0, 0, 0, 2, 2);
    const weights = balancedClassWeights(labels, 3);
    expect(weights[1]).toBe(0);
    expect(6 * (weights[0] ?? 0)).toBeCloseTo(2 * (weights[2] ?? 0), 6);
    expect(labels.reduce((sum, label) => sum + (weights[label] ?? 0), 0)).toBeCloseTo(8, 6);
  });
});

describe('mixup', () => {
  const batch = {
    inputs: Float32Array.of(0, 0, 10, 20, 100, 200, 7, 7),
    targets: Float32Array.of(1, 0, 0, 1, 0, 1, 0, 0),
  };
  const labels = Int32Array.of(0, 1, 1);

  it('mixes pictures and targets by the same share, and leaves padding alone', () => {
    const { batch: mixed } = mixUp(batch, 4, labels, 1, createRandom(5));
    expect([...mixed.inputs.subarray(6)]).toEqual([7, 7]);
    expect([...mixed.targets.subarray(6)]).toEqual([0, 0]);
    // Column sums stay, since partners are a permutation.
    for (const column of [0, 1]) {
      const sum = (values: Float32Array) =>
        [0, 1, 2].reduce((all, row) => all + (values[2 * row + column] ?? 0), 0);
      expect(sum(mixed.inputs)).toBeCloseTo(sum(batch.inputs), 4);
      expect(sum(mixed.targets)).toBeCloseTo(sum(batch.targets), 6);
    }
    expect([...mixed.inputs]).not.toEqual([...batch.inputs]);
  });

  it('does not write to the batch it is given', () => {
    const before = { inputs: [...batch.inputs], targets: [...batch.targets] };
    mixUp(batch, 4, labels, 1, createRandom(5));
    expect([...batch.inputs]).toEqual(before.inputs);
    expect([...batch.targets]).toEqual(before.targets);
  });

  it('names the label that has the larger share', () => {
    for (let seed = 0; seed < 50; seed++) {
      const { batch: mixed, labels: shown } = mixUp(batch, 4, labels, 1, createRandom(seed));
      shown.forEach((label, row) => {
        expect(mixed.targets[2 * row + label]).toBeGreaterThanOrEqual(0.5);
      });
    }
  });

  it.each([0.1, 0.4, 1, 3])('draws shares from Beta(%f, %f)', (alpha) => {
    const random = createRandom(7);
    const draws = Array.from({ length: 20_000 }, () => drawBeta(alpha, random));
    const mean = draws.reduce((sum, draw) => sum + draw, 0) / draws.length;
    const variance = draws.reduce((sum, draw) => sum + (draw - mean) ** 2, 0) / draws.length;
    expect(mean).toBeCloseTo(0.5, 1.7);
    expect(variance).toBeCloseTo(1 / (4 * (2 * alpha + 1)), 2);
    expect(draws.every((draw) => draw >= 0 && draw <= 1)).toBe(true);
  });

  it('draws an end of the range where alpha is tiny', () => {
    const random = createRandom(7);
    const draws = Array.from({ length: 100 }, () => drawBeta(1e-4, random));
    expect(draws.every((draw) => draw < 1e-3 || draw > 1 - 1e-3)).toBe(true);
    expect(new Set(draws.map(Math.round))).toEqual(new Set([0, 1]));
  });
});
