import { z } from 'zod';
import { sha256Pattern } from '../../learning/sha256.js';
import { engineNames } from '../../learning/training/engines/engine-wish.js';
import { storableText } from '../../storable-text.js';
import { fitRecord } from './fit-record.js';

/**
 * What a worker and the process of an attempt say to each other, and what the process has to do. Both sides check what
 * they receive: the process may run code that the worker does not know.
 */

const folder = z.string().min(1);

const strategyOrigin = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('built-in') }),
  z.strictObject({
    kind: z.literal('package'),
    folder,
    entry: folder,
    identity: z.strictObject({ name: z.string(), version: z.string(), digest: z.string() }),
  }),
]);

const runInputs = {
  baseFolder: folder,
  datasetFolder: folder,
  /** Where features are kept across jobs, and how many bytes they may take. */
  cacheFolder: folder,
  cacheBytes: z.int().min(0),
  outputFolder: folder,
  seed: z.int(),
  threads: z.int().min(1),
  /** Resident memory it may plan with. */
  memoryBytes: z.int().min(1),
};

const fit = z.strictObject({
  kind: z.literal('FIT'),
  strategy: z.string(),
  origin: strategyOrigin,
  parameters: z.record(z.string(), z.unknown()),
  /** What the data set has for a test split; its pictures are not there. */
  testSummary: z.strictObject({ imageCount: z.int().min(0), perClass: z.array(z.int().min(0)) }),
  ...runInputs,
  /** Where the process writes its checkpoints, and those of earlier attempts, the most advanced first. */
  checkpointFolder: folder,
  checkpoints: z.array(folder),
  /** The largest that is kept. */
  checkpointBytes: z.int().min(1),
  /** Which engine trains, or `auto`, and where the tfjs addon is looked for. */
  engine: z.strictObject({ wanted: z.enum(['auto', ...engineNames]), addonFolder: folder }),
});

const evaluation = z.strictObject({
  kind: z.literal('EVALUATION'),
  /** What the fit says of the files in the output folder. */
  fit: fitRecord,
  /** Also tells what a sweep compares its candidates by. */
  isCompared: z.boolean().optional(),
  ...runInputs,
});

const { outputFolder: _, ...readInputs } = runInputs;

const estimate = z.strictObject({
  kind: z.literal('ESTIMATE'),
  strategy: z.string(),
  origin: strategyOrigin,
  parameters: z.record(z.string(), z.unknown()),
  /** What the data set has for a test split; its pictures are not there. */
  testSummary: z.strictObject({ imageCount: z.int().min(0), perClass: z.array(z.int().min(0)) }),
  /** Training pictures that features are given of: those of the last rung that the base was measured on. */
  pictures: z.int().min(1),
  picturesPerSecond: z.number().positive(),
  ...readInputs,
});

const features = z.strictObject({
  kind: z.literal('FEATURES'),
  baseFolder: folder,
  datasetFolder: folder,
  cacheFolder: folder,
  cacheBytes: z.int().min(0),
  threads: z.int().min(1),
  /** Cuts of the candidates to come; without a layer those that are compared by default. */
  wishes: z.array(z.strictObject({ layer: z.string().optional(), inputSize: z.int().min(1).optional() })),
});

const model = z.strictObject({
  versionId: z.string(),
  name: z.string(),
  folder,
  sourceAccuracy: z.number().min(0).max(1).nullable(),
  parameterCount: z.int().min(0),
  createdAt: z.string(),
});

const { baseFolder: __, ...measuringInputs } = readInputs;

const advice = z.strictObject({
  kind: z.literal('ADVICE'),
  models: z.array(model),
  budgetSeconds: z.number().positive(),
  /** Statistics of what the models were trained on. */
  known: z.array(
    z.strictObject({
      featureKey: z.string(),
      datasetVersionId: z.string(),
      mean: z.array(z.number()),
      variance: z.array(z.number().min(0)),
    }),
  ),
  ...measuringInputs,
});

const transferProfile = z.strictObject({
  kind: z.literal('TRANSFER_PROFILE'),
  model,
  /** Feature keys of cuts that are not measured again. */
  knownKeys: z.array(z.string()),
  ...measuringInputs,
});

const datasetImport = z.strictObject({
  kind: z.literal('DATASET_IMPORT'),
  archivePath: folder,
  outputFolder: folder,
  options: z.record(z.string(), z.unknown()),
});

const work = z.discriminatedUnion('kind', [
  fit,
  evaluation,
  estimate,
  features,
  advice,
  transferProfile,
  datasetImport,
]);

export const toChild = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('start'),
    work,
    limits: z.strictObject({
      /** Resident memory above which the process ends itself. */
      memoryBytes: z.int().min(1),
      /** Reports that it may make, and bytes of them. */
      reports: z.int().min(1),
      reportBytes: z.int().min(1),
    }),
  }),
  z.strictObject({ type: z.literal('abort'), reason: z.string() }),
]);

const name = z.string().min(1).max(200).transform(storableText);
const message = z.string().max(8192).transform(storableText);

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
    sha256: z.string().regex(sha256Pattern),
    sizeBytes: z.int().min(1),
    step: z.int().min(0),
  }),
  z.strictObject({ type: z.literal('log'), message }),
  /** The output folder is complete. What is in it speaks for itself; `result` is what the files do not say. */
  z.strictObject({ type: z.literal('completed'), result: z.record(z.string(), z.unknown()) }),
  z.strictObject({ type: z.literal('failed'), code: z.string().max(64), message }),
]);

/** The work of one process of an attempt, as it is told. */
export type Work = z.output<typeof work>;
export type FitWork = z.output<typeof fit>;
export type EvaluationWork = z.output<typeof evaluation>;
export type EstimateWork = z.output<typeof estimate>;
export type FeaturesWork = z.output<typeof features>;
export type AdviceWork = z.output<typeof advice>;
export type TransferProfileWork = z.output<typeof transferProfile>;
export type DatasetImportWork = z.output<typeof datasetImport>;
export type ToChild = z.output<typeof toChild>;
export type FromChild = z.output<typeof fromChild>;

/** Files that the process inherits from its worker: the channel, and a pipe on which it says why it kills itself. */
export const channelFile = 3;
export const limitFile = 4;

/** What is written to the latter, since SIGKILL carries no message. */
export const limitReport = z.strictObject({ usedBytes: z.int(), limitBytes: z.int() });
