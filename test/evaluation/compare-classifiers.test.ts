import { describe, expect, it } from 'vitest';
import { compareClassifiers } from '../../src/learning/evaluation/compare-classifiers.js';
import { describeBaseline } from '../../src/learning/evaluation/describe-baseline.js';
import { evaluate } from '../../src/learning/evaluation/evaluate.js';
import { mcnemarMidP } from '../../src/learning/evaluation/mcnemar.js';

/** Pictures that both, only the first, only the second and neither classifier name rightly. */
function pairs(both: number, first: number, second: number, neither: number): [Uint8Array, Uint8Array] {
  const fill = (a: 0 | 1, b: 0 | 1, count: number) => Array.from({ length: count }, () => [a, b] as const);
  const all = [...fill(1, 1, both), ...fill(1, 0, first), ...fill(0, 1, second), ...fill(0, 0, neither)];
  return [Uint8Array.from(all, ([a]) => a), Uint8Array.from(all, ([, b]) => b)];
}

describe('the mid-p McNemar test', () => {
  it.each([
    // The airway example of Fagerland et al. 2013, section 5: exact 0.0703, mid-p 0.0391.
    [1, 7, 0.0390625],
    [7, 1, 0.0390625],
    [0, 0, 1],
    [4, 4, 1 - 70 / 512],
    [0, 5, 1 / 32],
    // Summed exactly, with integers: 2·P(X < 60) + P(X = 60) of 160 fair coins.
    [60, 100, 0.0015383166151],
  ])('gives for %i against %i pictures a p-value of %f', (first, second, expected) => {
    expect(mcnemarMidP(first, second)).toBeCloseTo(expected, 8);
  });

  it('stays finite with a million pictures', () => {
    expect(mcnemarMidP(500_000, 500_000)).toBeGreaterThan(0.99);
    expect(mcnemarMidP(400_000, 600_000)).toBe(0);
  });
});

describe('a comparison of two classifiers on the same pictures', () => {
  it('calls a clear difference better or worse, a small one noise', () => {
    const [first, second] = pairs(60, 30, 5, 5);
    expect(compareClassifiers(first, second, 1)).toMatchObject({
      accuracy: 0.65,
      difference: 0.25,
      verdict: 'BETTER',
    });
    expect(compareClassifiers(second, first, 1)).toMatchObject({ difference: -0.25, verdict: 'WORSE' });
    const [like, alike] = pairs(60, 6, 4, 30);
    expect(compareClassifiers(like, alike, 1).verdict).toBe('INDISTINGUISHABLE');
  });

  it('draws pairs: where both err on the same pictures, the interval is narrow', () => {
    const paired = compareClassifiers(...pairs(50, 2, 0, 48), 1).differenceInterval;
    const unrelated = compareClassifiers(...pairs(25, 26, 24, 25), 1).differenceInterval;
    expect(paired[1] - paired[0]).toBeLessThan(0.3 * (unrelated[1] - unrelated[0]));
    expect(paired[0]).toBeLessThanOrEqual(0.02);
    expect(paired[1]).toBeGreaterThanOrEqual(0.02);
  });

  it('leaves near-duplicates out on both sides', () => {
    const evaluation = evaluate({
      split: 'test',
      classes: ['cat', 'dog'],
      scores: Float32Array.from([1, 0, 1, 0, 0, 1, 0, 1]),
      labels: Int32Array.from([0, 0, 1, 1]),
      isNearDuplicate: Uint8Array.from([1, 0, 0, 0]),
      areProbabilities: true,
      seed: 1,
      baseline: {
        name: 'linear-probe',
        layer: 'pool',
        scores: Float32Array.from([0, 1, 1, 0, 1, 0, 0, 1]),
      },
    });
    expect(evaluation.accuracy).toBe(1);
    expect(evaluation.baseline).toMatchObject({
      name: 'linear-probe',
      layer: 'pool',
      accuracy: 2 / 3,
      difference: 1 / 3,
      pValue: 0.5,
      verdict: 'INDISTINGUISHABLE',
    });
  });

  it('is told in words with its figures', () => {
    const [first, second] = pairs(60, 30, 5, 5);
    const baseline = { name: 'linear-probe', layer: 'out_relu', ...compareClassifiers(first, second, 1) };
    expect(describeBaseline(baseline)).toMatch(
      /^Better, by more than noise, than a linear classifier on the frozen base \(features of out_relu\): \+25\.0 points against 65\.0 %, 95 % interval \+\d+\.\d to \+\d+\.\d, p below 0\.001\.$/,
    );
  });
});
