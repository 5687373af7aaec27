import { z } from 'zod';
import { idempotencyKeySchema, nameSchema, visibilitySchema } from '../../zoo/names.js';

/** Fields of every launch whose result is a version of a model. */
export const launchFields = {
  /** The model that receives the result. */
  name: z
    .string()
    .regex(/^[^/]+\/[^/]+$/, 'must be owner/name')
    .transform((path) => path.split('/') as [string, string])
    .pipe(z.tuple([nameSchema, nameSchema])),
  visibility: visibilitySchema.nullish(),
  notes: z.string().max(10_000, 'at most 10,000 characters').nullish(),
  seed: z
    .int()
    .min(0)
    .max(2 ** 31 - 1, 'a whole number from 0 to 2147483647')
    .nullish(),
  idempotencyKey: idempotencyKeySchema,
};

/** Fields that say how a base is adapted. */
export const strategyFields = {
  baseVersionId: z.uuid(),
  strategy: z.string().min(1).max(64),
  strategyVersion: z.string().min(1).max(256).nullish(),
  parameters: z.custom((given) => typeof given === 'object', 'must be an object').nullish(),
};
