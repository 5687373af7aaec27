import { z } from 'zod';

/** How an archive becomes a data-set version. Kept with the job; the same archive and options give the same bytes. */
export const importOptions = z
  .object({
    splits: z
      .enum(['auto', 'given', 'stratified'])
      .default('auto')
      .describe(
        'given: the splits that the archive names. stratified: split anew, class by class. auto: given where there are any.',
      ),
    seed: z
      .int()
      .min(0)
      .max(2 ** 31 - 1)
      .default(0)
      .describe('what the stratified choice of pictures depends on'),
    validationFraction: z
      .number()
      .min(0)
      .max(0.4)
      .default(0.1)
      .describe('part of each class for validation, where the archive has no such split'),
    testFraction: z
      .number()
      .min(0)
      .max(0.4)
      .default(0.1)
      .describe('part of each class for the test, where the archive has no such split'),
  })
  .describe('Options of a data-set import');

export type ImportOptions = z.output<typeof importOptions>;
