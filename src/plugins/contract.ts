import type { z } from 'zod';
import type { DatasetManifest, Split } from '../learning/dataset-manifest.js';
import type { FeatureCut as NetworkCut } from '../learning/features/feature-cut.js';
import type { ModelManifest } from '../learning/model-manifest.js';
import type { Problem } from '../errors.js';

/**
 * The contract between the zoo and a strategy: a way to turn a pretrained model and a data set into a new model.
 * A strategy knows this file and the learning library, nothing of GraphQL, SQL or S3.
 */
export interface Strategy<Parameters extends z.ZodObject = z.ZodObject> {
  /** Lower-case with dashes; unique in a zoo. */
  name: string;
  /** Semantic version of the strategy. Kept with every job it runs. */
  version: string;
  /** One sentence for someone choosing. */
  summary: string;
  /**
   * Types, validation, defaults and the JSON Schema that API and forms are made of. Describe every field. The seed is
   * not among them: the job has one, and `fit` finds it in its context.
   */
  parameters: Parameters;
  needs: { tasks: string[]; formats: string[]; gpu: 'none' | 'optional' | 'required' };
  /** Every reason why it cannot run on this model and data set; empty when it can. Pure and quick: the API calls it before anything is queued. */
  check(base: ModelManifest, data: DataSummary, parameters: z.output<Parameters>): Problem[];
  /** The part that trains. Imported in the job's child process only, so it may import what is heavy. */
  load(): Promise<{ fit(context: FitContext<z.output<Parameters>>): Promise<FittedModel> }>;
}

/** What a strategy can know of the data before it runs. */
export type DataSummary = Pick<DatasetManifest, 'task' | 'classes' | 'splits'>;

/** Gives a strategy literal its types. */
export function defineStrategy<Parameters extends z.ZodObject>(
  strategy: Strategy<Parameters>,
): Strategy<Parameters> {
  return strategy;
}

/** What a strategy is given for one fit. */
export interface FitContext<Parameters = Record<string, unknown>> {
  parameters: Parameters;
  /** The base model. */
  base: ModelManifest;
  /** Class names of the new data; a label is a position in this list. */
  classes: string[];
  /** Pictures per split that the strategy can see. The test split is the evaluation's alone. */
  imageCounts: { train: number; validation: number };
  /** Make everything random depend on it: the same seed gives the same model. */
  seed: number;
  /** CPU threads the job may use. */
  threads: number;
  /** Aborted when the job is cancelled or loses its lease: stop soon, throw `signal.reason`. */
  signal: AbortSignal;
  /** Features of a frozen prefix, computed once and kept in the cache across jobs. */
  features(split: Exclude<Split, 'test'>, cut: FeatureCut): Promise<LabelledFeatures>;
  /** The same at several cuts, in their order, for the price of the deepest: one pass gives them all. */
  featuresAtCuts(split: Exclude<Split, 'test'>, cuts: readonly FeatureCut[]): Promise<LabelledFeatures[]>;
  /** Where the job stands, for progress bars. */
  progress(phase: string, done: number, total: number): void;
  /** A number worth a curve: `step` counts epochs, iterations or candidates. */
  metric(name: string, value: number, step: number): void;
  log(message: string): void;
}

/** Where to cut the backbone, what to make of the tensor there, and how large the pictures are on the way in. */
export interface FeatureCut extends NetworkCut {
  /** Height and width of the network's input in pixels; left out: the base model's own. */
  inputSize?: number;
}

/** Features with their labels, row i for picture i. */
export interface LabelledFeatures {
  rows: number;
  featureDim: number;
  /** float32 [rows, featureDim], row-major. Borrowed: do not write to it. */
  data: Float32Array;
  /** int32 [rows], positions in `classes`. */
  labels: Int32Array;
}

/**
 * A classifier on features: scores = features · weights + bias. It is exported as the prefix up to `cut`, the pooling
 * and a Dense layer, so any scaling of the features must be folded into weights and bias.
 */
export interface FittedModel {
  kind: 'linear-on-features';
  cut: FeatureCut;
  /** float32 [featureDim, classes], row-major. */
  weights: Float32Array;
  /** float32 [classes]. */
  bias: Float32Array;
  /** `softmax`: scores are logits and the Dense layer ends in softmax. `linear`: margins, as an SVM gives. */
  activation: 'softmax' | 'linear';
  /** What the strategy chose, for the card: `{ C: 0.3 }`. */
  chosen: Record<string, string | number>;
}
