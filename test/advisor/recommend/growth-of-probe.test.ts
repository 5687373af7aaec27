import { expect, it } from 'vitest';
import { fromLogOdds } from '../../../src/advisor/log-odds.js';
import { growthOfProbe } from '../../../src/advisor/recommend/growth-of-probe.js';

/** Log-odds by pictures, straight in doublings where they are. */
const curveOf = (...points: [pictures: number, logOdds: number][]) => ({
  layer: 'a',
  points: points.map(([pictures, value]) => ({
    pictures,
    accuracy: fromLogOdds(value),
    standardError: 0.01,
  })),
  gainPerDoubling: 0.1,
});
const curve = curveOf([100, 0], [200, 0.4], [400, 0.6]);

it.each([
  { what: 'nothing where all were seen', seen: 400, all: 400, growth: 0 },
  { what: 'what the curve has between its points', seen: 100, all: 400, growth: 0.6 },
  { what: 'a part of a step in proportion to the doublings', seen: 200, all: 200 * Math.SQRT2, growth: 0.1 },
  { what: 'the first step again before the first point', seen: 50, all: 100, growth: 0.4 },
  { what: '0.71 of the last step beyond the last point', seen: 400, all: 800, growth: 0.2 * Math.SQRT1_2 },
  { what: 'less with every doubling', seen: 400, all: 1600, growth: 0.2 * (Math.SQRT1_2 + 0.5) },
  {
    what: 'all of it where a little was seen and much is there',
    seen: 100,
    all: 800,
    growth: 0.6 + 0.2 * Math.SQRT1_2,
  },
])('a probe gains $what', ({ seen, all, growth }) => {
  expect(growthOfProbe(curve, seen, all)).toBeCloseTo(growth, 6);
});

it('a probe gains nothing where its curve falls, where it has none, and where nothing was seen', () => {
  expect(growthOfProbe(curveOf([100, 1], [200, 0.5]), 100, 1000)).toBe(0);
  expect(growthOfProbe(null, 100, 1000)).toBe(0);
  expect(growthOfProbe(curve, 0, 1000)).toBe(0);
});

it('points of equal size, as of a tiny data set, give no step', () => {
  expect(growthOfProbe(curveOf([2, 0], [2, 1]), 2, 8)).toBe(0);
});
