import { z } from 'zod';

/** What the parameters of a SWEEP job hold; its candidates are rows of their own. */
export const sweepParameters = z.looseObject({
  /** Which of the fitted candidates become versions. */
  publish: z.enum(['BEST', 'ALL']),
});
