import { describe, expect, it } from 'vitest';
import { fromLogOdds, logOdds } from '../../../src/advisor/log-odds.js';
import { createRandom, drawNormal } from '../../../src/learning/random.js';
import { calibration } from '../../../src/advisor/record/calibration.js';
import { rankAgreement } from '../../../src/advisor/record/rank-agreement.js';
import { isInside } from '../../../src/advisor/record/is-inside.js';
import { wilsonInterval } from '../../../src/advisor/record/wilson-interval.js';

/** So many test pictures that a share of them is what it is. */
const testPictures = 1e9;

const promised = { value: 0.7, low: 0.6, high: 0.8 };

describe('calibration', () => {
  it('is the share of results inside what was promised, ends included, with its interval', () => {
    const actuals = [0.6, 0.7, 0.8, 0.75, 0.59, 0.81, 0.65, 0.7, 0.7, 0.7];
    const found = calibration(actuals.map((actual) => ({ promised, actual, testPictures })));
    expect(found).toMatchObject({ outcomes: 10, inside: 8, share: 0.8 });
    expect(found.shareInterval).toEqual(wilsonInterval(8, 10));
    expect(found.meanError).toBeCloseTo(0, 10);
  });

  it('says by how much results were better than promised', () => {
    expect(
      calibration([
        { promised, actual: 0.9, testPictures },
        { promised, actual: 0.8, testPictures },
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

describe('a result lies in an interval as nearly as its test pictures can tell', () => {
  it.each([
    { what: 'all right of 20, and no end is 1', low: 0.8, high: 0.98, actual: 1, of: 20, inside: true },
    {
      what: 'all right of 2,000, which tells more',
      low: 0.8,
      high: 0.98,
      actual: 1,
      of: 2000,
      inside: false,
    },
    { what: 'all right of 20, but less was promised', low: 0.6, high: 0.9, actual: 1, of: 20, inside: false },
    { what: 'none right of 20', low: 0.02, high: 0.2, actual: 0, of: 20, inside: true },
    {
      what: 'inside itself, though drawn in it is not',
      low: 0.94,
      high: 0.99,
      actual: 0.95,
      of: 20,
      inside: true,
    },
    {
      what: 'half a picture out, where shares lie close',
      low: 0.3,
      high: 0.49,
      actual: 0.5,
      of: 20,
      inside: false,
    },
    { what: 'a picture short', low: 0.92, high: 0.99, actual: 0.9, of: 20, inside: false },
  ])('$what: $inside', ({ low, high, actual, of, inside }) => {
    expect(isInside({ promised: { value: high, low, high }, actual, testPictures: of })).toBe(inside);
  });

  // Inside strictly, the share of the last row would be 0.18: most results are 20 of 20.
  it.each([
    { expected: 0.5, least: 0.75, most: 0.88 },
    { expected: 0.7, least: 0.75, most: 0.88 },
    { expected: 0.9, least: 0.75, most: 0.88 },
    { expected: 0.99, least: 0.95, most: 1 },
  ])('so that right promises of $expected on 20 pictures are kept', ({ expected, least, most }) => {
    const random = createRandom(7);
    const [centre, spread] = [logOdds(expected), 0.15];
    const deviation = Math.hypot(spread, 1 / Math.sqrt(20 * expected * (1 - expected)));
    const interval = {
      value: expected,
      low: fromLogOdds(centre - 1.2816 * deviation),
      high: fromLogOdds(centre + 1.2816 * deviation),
    };
    const outcomes = Array.from({ length: 4000 }, () => {
      const accuracy = fromLogOdds(centre + spread * drawNormal(random));
      const right = Array.from({ length: 20 }, () => random.next()).filter((draw) => draw < accuracy).length;
      return { promised: interval, actual: right / 20, testPictures: 20 };
    });
    const share = calibration(outcomes).share ?? 0;
    expect(share).toBeGreaterThan(least);
    expect(share).toBeLessThanOrEqual(most);
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
