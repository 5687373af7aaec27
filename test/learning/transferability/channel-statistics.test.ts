import { describe, expect, it } from 'vitest';
import { batchNormShift } from '../../../src/learning/transferability/batch-norm-shift.js';
import { channelStatistics } from '../../../src/learning/transferability/channel-statistics.js';
import { diagonalFrechetDistance } from '../../../src/learning/transferability/frechet-distance.js';
import { createLinearCongruential, makeUpFeatures, pickRows } from './made-up-features.js';

const features = makeUpFeatures({ rows: 90, featureDim: 12, numClasses: 4, seed: 1, spread: 0.8 });
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => from + at);

describe('the statistics of channels', () => {
  it('equal NumPy’s', () => {
    // reference/make-reference.py, "statistics of tall"
    const { mean, variance } = channelStatistics(features);
    expect(mean).toHaveLength(12);
    expect(mean[0]).toBeCloseTo(0.40501501295819053, 12);
    expect(variance[0]).toBeCloseTo(0.11980891404870381, 12);
  });

  it('keep their digits where the mean is large', () => {
    const far = { rows: 2, featureDim: 1, data: Float32Array.of(16_000_000, 16_000_002) };
    expect(channelStatistics(far)).toEqual({ mean: [16_000_001], variance: [1] });
  });

  it('of one picture have no variance; of none there are none', () => {
    expect(channelStatistics(pickRows(features, [3])).variance).toEqual(new Array<number>(12).fill(0));
    expect(() => channelStatistics(pickRows(features, []))).toThrow(RangeError);
  });

  it('refuse NaN, naming the feature', () => {
    const broken = pickRows(features, [0, 1, 2]);
    broken.data[12 + 4] = NaN;
    expect(() => channelStatistics(broken)).toThrow(
      expect.objectContaining({ code: 'FEATURES_NOT_FINITE', details: { feature: 4 } }),
    );
  });
});

describe('the Fréchet distance', () => {
  const first = channelStatistics(pickRows(features, range(0, 40)));
  const others = channelStatistics(pickRows(features, range(40, 90)));

  it('equals the formula for whole covariance matrices', () => {
    // reference/make-reference.py, SciPy's matrix square root
    expect(diagonalFrechetDistance(first, others)).toBeCloseTo(0.3442949438153964, 10);
  });

  it('is a distance: 0 to itself, the same both ways, no shorter by a third', () => {
    const third = channelStatistics(pickRows(features, range(10, 20)));
    expect(diagonalFrechetDistance(first, first)).toBe(0);
    expect(diagonalFrechetDistance(others, first)).toBe(diagonalFrechetDistance(first, others));
    expect(diagonalFrechetDistance(first, others)).toBeLessThanOrEqual(
      diagonalFrechetDistance(first, third) + diagonalFrechetDistance(third, others),
    );
  });

  it('has the units of the features', () => {
    const doubled = (rows: number[]) => {
      const picked = pickRows(features, rows);
      return channelStatistics({ ...picked, data: picked.data.map((value) => 2 * value) });
    };
    expect(diagonalFrechetDistance(doubled(range(0, 40)), doubled(range(40, 90)))).toBeCloseTo(
      2 * diagonalFrechetDistance(first, others),
      12,
    );
  });

  it('refuses statistics of different cuts', () => {
    expect(() => diagonalFrechetDistance(first, { mean: [1], variance: [1] })).toThrow(RangeError);
  });
});

describe('the shift at a batch normalisation', () => {
  const next = createLinearCongruential(9);
  const channels = 16;
  const draw = () => Array.from({ length: channels }, () => next() * 2 - 1);
  const [stored, gamma, beta, shifts] = [draw(), draw(), draw(), draw()];
  const deviation = draw().map((value) => Math.abs(value) + 0.1);
  /** Mean of the layer's output for inputs whose mean is so many stored deviations away. */
  const outputMean = (by: number[]) =>
    by.map((shift, j) => {
      const input = (stored[j] as number) + shift * (deviation[j] as number);
      const normalized = (input - (stored[j] as number)) / (deviation[j] as number);
      return (gamma[j] as number) * normalized + (beta[j] as number);
    });

  it('is the root mean square of the shifts of the input, whatever scale and offset', () => {
    const expected = Math.sqrt(shifts.reduce((sum, shift) => sum + shift ** 2, 0) / channels);
    expect(batchNormShift(outputMean(shifts), gamma, beta)).toBeCloseTo(expected, 10);
  });

  it('is 0 for what the layer was trained on, and 1 one deviation away', () => {
    expect(batchNormShift(outputMean(shifts.map(() => 0)), gamma, beta)).toBeCloseTo(0, 10);
    expect(batchNormShift(outputMean(shifts.map(() => -1)), gamma, beta)).toBeCloseTo(1, 10);
  });

  it('leaves channels out that training has switched off', () => {
    expect(batchNormShift([1, 2, 500], [1, 1, 1e-5], [0, 0, 0])).toBeCloseTo(Math.sqrt(2.5), 12);
    expect(batchNormShift([3, 500], [1, 0], [0, 0])).toBe(3);
  });

  it('has no answer where no channel is left', () => {
    expect(batchNormShift([1, 2], [0, 0], [0, 0])).toBeNull();
    expect(batchNormShift([], [], [])).toBeNull();
  });

  it('refuses lists of different lengths', () => {
    expect(() => batchNormShift([1], [1, 1], [0])).toThrow(RangeError);
  });
});
