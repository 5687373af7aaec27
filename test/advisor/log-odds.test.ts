import { expect, it } from 'vitest';
import { fromLogOdds, logOdds, smoothedShare } from '../../src/advisor/log-odds.js';
import { deviationsOf80Percent, normalQuantile } from '../../src/advisor/normal-quantile.js';

it('log-odds and back is the same accuracy, and finite at both ends', () => {
  for (const accuracy of [0.001, 0.2, 0.5, 0.9, 0.999]) {
    expect(fromLogOdds(logOdds(accuracy))).toBeCloseTo(accuracy, 12);
  }
  expect([logOdds(0), logOdds(1)].every(Number.isFinite)).toBe(true);
});

it('a share of few pictures is drawn in more than one of many', () => {
  expect(smoothedShare(1, 20)).toBeCloseTo(20.5 / 21, 12);
  expect(smoothedShare(1, 2000)).toBeGreaterThan(0.999);
  expect(smoothedShare(0, 0)).toBe(0.25);
});

// R 4.2, qnorm().
it.each([
  [0.5, 0],
  [0.9, 1.2815515655446004],
  [0.975, 1.959963984540054],
  [0.999, 3.090232306167813],
  [1e-6, -4.753424308822899],
])('%s of a normal distribution lies below %s', (probability, quantile) => {
  expect(normalQuantile(probability)).toBeCloseTo(quantile, 7);
});

it('80 % lie between the two 10 % tails', () => {
  expect(normalQuantile(0.9)).toBeCloseTo(deviationsOf80Percent, 9);
});
