import { z } from 'zod';

const leftOutLine = z.object({
  /** Which line of the advice, from 1. */
  rank: z.int(),
  /** In words. */
  reason: z.string(),
});

/** A line of an advice that a sweep would have tried, had its model or strategy not gone since. */
export type LeftOutLine = z.infer<typeof leftOutLine>;

/** What the parameters of a SWEEP job hold; its candidates are rows of their own. */
export const sweepParameters = z.looseObject({
  /** Which of the fitted candidates become versions. */
  publish: z.enum(['BEST', 'ALL']),
  /** By rank; lines after them took their place. */
  leftOut: z.array(leftOutLine).default([]),
});

export type SweepParameters = z.infer<typeof sweepParameters>;
