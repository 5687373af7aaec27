import { z } from 'zod';
import { ZooError } from '../../errors.js';
import type { FitRecord } from '../../plugins/run/fit-strategy.js';
import { sha256Pattern } from '../../learning/sha256.js';

const text = (max: number) => z.string().min(1).max(max);

/** What a fit says of its files, as plain data that nobody believes yet. */
export const fitRecord = z.strictObject({
  strategy: z.strictObject({ name: text(64), version: text(64) }),
  parameters: z.record(z.string(), z.unknown()),
  chosen: z.record(text(64), z.union([z.string().max(1000), z.number()])),
  kind: z.enum(['linear-on-features', 'fine-tuned', 'whole-network']),
  activation: z.enum(['softmax', 'linear']),
  cut: z
    .strictObject({
      layer: text(300),
      pooling: z.enum(['average', 'flatten']),
      inputSize: z.int().min(1).optional(),
    })
    .nullable(),
  files: z
    .array(
      z.strictObject({
        path: text(300),
        sha256: z.string().regex(sha256Pattern),
        sizeBytes: z.int().min(0),
        isNew: z.boolean(),
      }),
    )
    .max(50_000),
});

/** A name in a folder, at any depth: nothing absolute, nothing that climbs, nothing that hides. */
const plainPath = /^(?:[A-Za-z0-9_][\w.-]*\/)*[A-Za-z0-9_][\w.-]*$/;

/**
 * Reads what the process of a fit said when it ended well.
 *
 * @throws ZooError JOB_RESULT_INVALID, JOB_OUTPUT_NAME_REFUSED
 */
export function readFitRecord(result: unknown): FitRecord {
  const parsed = fitRecord.safeParse(result);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new ZooError(
      'JOB_RESULT_INVALID',
      `The job's result has no usable ${issue?.path.join('.') || 'content'}: ${issue?.message ?? ''}.`,
    );
  }
  const climbing = parsed.data.files.find(({ path }) => !plainPath.test(path));
  if (climbing === undefined) return parsed.data as FitRecord;
  throw new ZooError(
    'JOB_OUTPUT_NAME_REFUSED',
    `The job made a file named ${JSON.stringify(climbing.path)}; names are plain paths within the version. Nothing was published.`,
  );
}
