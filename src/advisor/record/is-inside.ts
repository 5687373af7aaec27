import { smoothedShare } from '../log-odds.js';
import type { Outcome } from './outcome.js';

/**
 * Whether a result lies in the interval that was promised, as nearly as its test pictures can tell: as the share that it is,
 * or drawn in by half a picture. No end of an interval is 1 or 0, but all of 20 pictures right may be as good as 97.6 %.
 */
export function isInside({
  promised: { low, high },
  actual,
  testPictures,
}: Pick<Outcome, 'promised' | 'actual' | 'testPictures'>): boolean {
  const drawnIn = smoothedShare(actual, testPictures);
  return Math.min(actual, drawnIn) <= high && Math.max(actual, drawnIn) >= low;
}
