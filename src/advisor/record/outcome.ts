import type { Promised } from '../advice.js';

/** One promise of an advice, and what a job that followed it came to. */
export interface Outcome {
  /** See `strategyFamily`. */
  family: string;
  /** What the advice said. */
  promised: Promised;
  /** What it would have said without corrections. */
  uncorrected: Promised;
  /** Test accuracy of the result, 0 to 1. */
  actual: number;
  /** Test pictures that it is a share of. */
  testPictures: number;
}
