import { describe, expect, it } from 'vitest';
import { calibration } from '../../../src/advisor/record/calibration.js';
import { rankAgreement } from '../../../src/advisor/record/rank-agreement.js';
import { wilsonInterval } from '../../../src/advisor/record/wilson-interval.js';

const promised = { value: 0.7, low: 0.6, high: 0.8 };

describe('calibration', () => {
  it('is the share of results inside what was promised, ends included, with its interval', () => {
    const actuals = [0.6, 0.7, 0.8, 0.75, 0.59, 0.81, 0.65, 0.7, 0.7, 0.7];
    const found = calibration(actuals.map((actual) => ({ promised, actual })));
    expect(found).toMatchObject({ outcomes: 10, inside: 8, share: 0.8 });
    expect(found.shareInterval).toEqual(wilsonInterval(8, 10));
    expect(found.meanError).toBeCloseTo(0, 10);
  });

  it('says by how much results were better than promised', () => {
    expect(
      calibration([
        { promised, actual: 0.9 },
        { promised, actual: 0.8 },
      ]).meanError,
    ).toBeCloseTo(0.15, 10);
  });

  it('says nothing without outcomes', () => {
    expect(calibration([])).toEqual({
      outcomes: 0,
      inside: 0,
      share: null,
      shareInterval: [0, 1],
      meanError: null,
    });
  });
});

// statsmodels 0.14, proportion_confint(method='wilson').
it.each([
  [8, 10, 0.4901624715, 0.9433178485],
  [0, 5, 0, 0.4344824648],
  [50, 50, 0.9286523901, 1],
])('of %i in %i, Wilson’s interval goes from %f to %f', (successes, trials, low, high) => {
  const found = wilsonInterval(successes, trials);
  expect(found[0]).toBeCloseTo(low, 6);
  expect(found[1]).toBeCloseTo(high, 6);
});

describe('rank agreement', () => {
  const lines = (...pairs: [number, number][]) =>
    pairs.map(([first, second]) => ({ promised: first, actual: second }));

  it('is 1 where every order came true, −1 where every order was reversed', () => {
    const right = lines([0.9, 0.8], [0.8, 0.7], [0.5, 0.2]);
    const wrong = lines([0.9, 0.1], [0.8, 0.2]);
    expect(rankAgreement([right])).toEqual({ advices: 1, tau: 1 });
    expect(rankAgreement([wrong])).toEqual({ advices: 1, tau: -1 });
    expect(rankAgreement([right, wrong])).toEqual({ advices: 2, tau: 0 });
  });

  it('weighs a swap at the top more than one at the bottom', () => {
    const top = rankAgreement([lines([0.9, 0.7], [0.8, 0.9], [0.3, 0.2], [0.2, 0.1])]).tau ?? 0;
    const bottom = rankAgreement([lines([0.9, 0.9], [0.8, 0.7], [0.3, 0.1], [0.2, 0.2])]).tau ?? 0;
    expect(top).toBeLessThan(bottom);
  });

  it('counts only advices of which two lines were launched and something differed', () => {
    expect(rankAgreement([lines([0.9, 0.8]), [], lines([0.9, 0.5], [0.8, 0.5])])).toEqual({
      advices: 0,
      tau: null,
    });
  });
});
