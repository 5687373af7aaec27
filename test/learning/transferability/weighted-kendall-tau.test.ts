import { describe, expect, it } from 'vitest';
import { weightedKendallTau } from '../../../src/learning/transferability/weighted-kendall-tau.js';

describe('weighted Kendall τ', () => {
  // scipy.stats.weightedtau, see reference/make-reference.py
  it.each([
    { name: 'no ties', a: [3, 1, 4, 1.5, 9, 2.6], b: [2, 7, 1, 8, 2.8, 18], tau: -0.2979591836734695 },
    { name: 'ties in one', a: [5, 5, 3, 2, 1, 1], b: [6, 4, 5, 3, 1, 2], tau: 0.777149161329127 },
    { name: 'ties in both', a: [1, 1, 2, 2, 3, 3, 3], b: [2, 2, 1, 1, 3, 3, 0], tau: 0.3443994842876265 },
  ])('equals SciPy’s with $name', ({ a, b, tau }) => {
    expect(weightedKendallTau(a, b)).toBeCloseTo(tau, 12);
    expect(weightedKendallTau(b, a)).toBeCloseTo(tau, 12);
  });

  it('is 1 for the same order and −1 for the reverse', () => {
    expect(weightedKendallTau([1, 2, 3, 4], [10, 20, 21, 1000])).toBe(1);
    expect(weightedKendallTau([1, 2, 3, 4], [4, 3, 2, 1])).toBe(-1);
  });

  it('minds a mistake at the top more than one at the bottom', () => {
    const truth = [5, 4, 3, 2, 1];
    const atTop = weightedKendallTau(truth, [4, 5, 3, 2, 1]) ?? NaN;
    const atBottom = weightedKendallTau(truth, [5, 4, 3, 1, 2]) ?? NaN;
    expect(atTop).toBeLessThan(atBottom);
  });

  it('does not depend on the order in which the pairs are listed, ties or not', () => {
    const a = [1, 1, 2, 2, 3, 3, 3];
    const b = [2, 2, 1, 1, 3, 3, 0];
    const order = [6, 2, 4, 0, 5, 1, 3];
    const tau = weightedKendallTau(
      order.map((at) => a[at] as number),
      order.map((at) => b[at] as number),
    );
    expect(tau).toBeCloseTo(weightedKendallTau(a, b) ?? NaN, 12);
  });

  it('orders infinite numbers', () => {
    expect(weightedKendallTau([-Infinity, 0, Infinity, Infinity], [1, 2, 3, 3])).toBe(1);
  });

  it('has no answer where there is no order', () => {
    expect(weightedKendallTau([], [])).toBeNull();
    expect(weightedKendallTau([1], [2])).toBeNull();
    expect(weightedKendallTau([1, 1, 1], [1, 2, 3])).toBeNull();
  });

  it('refuses NaN and lists of different lengths', () => {
    expect(() => weightedKendallTau([1, NaN], [1, 2])).toThrow(RangeError);
    expect(() => weightedKendallTau([1, 2, 3], [1, 2])).toThrow(RangeError);
  });
});
