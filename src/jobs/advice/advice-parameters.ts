import { z } from 'zod';

/** What the parameters of an ADVICE job hold: what was asked, with everything that the launch decided. */
export const adviceParameters = z.strictObject({
  /** Versions to measure, in the order of the static baseline. */
  models: z.array(z.uuid()).min(1),
  /** Versions that were asked about, or might have been, and are not measured. */
  left: z.array(z.strictObject({ versionId: z.uuid(), reason: z.string() })),
  /** Further versions that might have been asked about, and were not even looked at. */
  notConsidered: z.int().min(0).default(0),
  budgetSeconds: z.number().positive(),
});

export type AdviceParameters = z.output<typeof adviceParameters>;
