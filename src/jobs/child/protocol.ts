import { z } from 'zod';
import { engineNames } from '../../learning/training/engines/engine-wish.js';

/**
 * What a worker and the process of an attempt say to each other over the IPC channel. Both sides check what they
 * receive: the child may run code that the worker does not know.
 */

const folder = z.string().min(1);

const fineTune = z.strictObject({
  kind: z.literal('FINE_TUNE'),
  strategy: z.string(),
  parameters: z.record(z.string(), z.unknown()),
  baseFolder: folder,
  datasetFolder: folder,
  /** Where features are kept across jobs, and how many bytes they may take. */
  cacheFolder: folder,
  cacheBytes: z.int().min(0),
  outputFolder: folder,
  /** Where the process writes its checkpoints, and those of earlier attempts, the most advanced first. */
  checkpointFolder: folder,
  checkpoints: z.array(folder),
  seed: z.int(),
  threads: z.int().min(1),
  /** Which engine trains, or `auto`, and where the tfjs addon is looked for. */
  engine: z.strictObject({ wanted: z.enum(['auto', ...engineNames]), addonFolder: folder }),
  /** Resident memory it may plan with. */
  memoryBytes: z.int().min(1),
});

const datasetImport = z.strictObject({
  kind: z.literal('DATASET_IMPORT'),
  archivePath: folder,
  outputFolder: folder,
  options: z.record(z.string(), z.unknown()),
});

const work = z.discriminatedUnion('kind', [fineTune, datasetImport]);

export const toChild = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('start'),
    work,
    /** Resident memory above which the process ends itself. */
    memoryLimitBytes: z.int().min(1),
  }),
  z.strictObject({ type: z.literal('abort'), reason: z.string() }),
]);

const name = z.string().min(1).max(200);

export const fromChild = z.discriminatedUnion('type', [
  /** The process has loaded and waits for its work. */
  z.strictObject({ type: z.literal('ready') }),
  z.strictObject({
    type: z.literal('progress'),
    phase: name,
    done: z.number().min(0),
    total: z.number().min(0),
  }),
  z.strictObject({ type: z.literal('metric'), name, value: z.number(), step: z.number() }),
  /** A checkpoint lies whole in the checkpoint folder; the worker takes the file away once it is kept. */
  z.strictObject({
    type: z.literal('checkpoint'),
    file: z.string().regex(/^\d+\.checkpoint$/),
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
    sizeBytes: z.int().min(1),
    step: z.int().min(0),
  }),
  z.strictObject({ type: z.literal('log'), message: z.string().max(8192) }),
  /** The output folder is complete. What is in it speaks for itself; `result` is what the files do not say. */
  z.strictObject({ type: z.literal('completed'), result: z.record(z.string(), z.unknown()) }),
  z.strictObject({ type: z.literal('failed'), code: z.string().max(64), message: z.string().max(8192) }),
]);

/** The work of an attempt, as the child is told. */
export type Work = z.output<typeof work>;
export type FineTuneWork = z.output<typeof fineTune>;
export type DatasetImportWork = z.output<typeof datasetImport>;
export type ToChild = z.output<typeof toChild>;
export type FromChild = z.output<typeof fromChild>;

/** Why the child ended itself; left as this file in its work folder, since SIGKILL carries no message. */
export const limitFile = 'limit-exceeded.json';
export const limitReport = z.strictObject({
  code: z.literal('JOB_OUT_OF_MEMORY'),
  usedBytes: z.int(),
  limitBytes: z.int(),
});
