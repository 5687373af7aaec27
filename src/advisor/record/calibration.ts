import { isInside } from './is-inside.js';
import type { Outcome } from './outcome.js';
import { wilsonInterval } from './wilson-interval.js';

/** How often results lay inside the intervals that were promised to hold 80 %. */
export interface Calibration {
  outcomes: number;
  /** Those that `isInside` says so of. */
  inside: number;
  /** Null where there is no outcome. */
  share: number | null;
  /** 95 % interval of the share. */
  shareInterval: [low: number, high: number];
  /** Mean of actual less promised accuracy: above 0, results were better than promised. Null where there is no outcome. */
  meanError: number | null;
}

/** Whether 80 % intervals were right 80 % of the time, of the promises as they were made. */
export function calibration(
  outcomes: readonly Pick<Outcome, 'promised' | 'actual' | 'testPictures'>[],
): Calibration {
  const count = outcomes.length;
  const inside = outcomes.filter(isInside).length;
  const error = outcomes.reduce((sum, { promised, actual }) => sum + actual - promised.value, 0);
  return {
    outcomes: count,
    inside,
    share: count === 0 ? null : inside / count,
    shareInterval: wilsonInterval(inside, count),
    meanError: count === 0 ? null : error / count,
  };
}
