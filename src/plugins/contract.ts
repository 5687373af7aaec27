import type { z } from 'zod';
import type { Split, SplitSummary } from '../learning/dataset-manifest.js';
import type { ModelManifest } from '../learning/model-manifest.js';
import type { Problem } from '../errors.js';
import type { Checkpoints } from './contract/checkpoints.js';
import type { Estimate, EstimateContext } from './contract/estimate.js';
import type { FeatureCut, FittedModel } from './contract/fitted-model.js';
import type { LabelledPictures } from './contract/own-loop.js';
import type { ModelFile } from '../learning/tfjs-layers/model-files.js';
import type { TfWithLayers } from '../learning/training/engines/tfjs/open-tfjs.js';
import type { Reports } from './contract/reports.js';
import type { Trainer, TrainerSetup } from './contract/trainer.js';

export type { Checkpoints } from './contract/checkpoints.js';
export type { Estimate, EstimateContext } from './contract/estimate.js';
export type {
  FeatureCut,
  FineTuned,
  FittedModel,
  LinearOnFeatures,
  WholeNetwork,
} from './contract/fitted-model.js';
export type { LabelledPictures } from './contract/own-loop.js';
export type { TfWithLayers } from '../learning/training/engines/tfjs/open-tfjs.js';
export type { ReportPicture, Reports, ReportTable } from './contract/reports.js';
export type { TrainedNetwork, Trainer, TrainerSetup } from './contract/trainer.js';
export type { AugmentationPreset } from '../learning/images/augmentation.js';
export type { TrainingData } from '../learning/training/data/training-data.js';
export type {
  OptimizerSpec,
  StepResult,
  TrainingBatch,
  TrainingState,
  TrainingStep,
} from '../learning/training/engines/training-engine.js';
export type { LossFunction } from '../learning/training/programs/loss-function.js';
export type { OptimizerRule, WeightStep } from '../learning/training/programs/optimizer-rule.js';
export type { PenalizedWeight, WeightPenalty } from '../learning/training/programs/weight-penalty.js';
export type { Tf } from '../learning/training/tensor-program.js';
export type { TrainingOutcome } from '../learning/training/loop/training-run.js';
export type { TrainingRecipe } from '../learning/training/loop/training-recipe.js';

/**
 * The contract between the zoo and a strategy: a way to turn a pretrained model and a data set into a new model.
 * A strategy knows this contract and the public part of the learning library, nothing of GraphQL, SQL or S3.
 */
export interface Strategy<Parameters extends z.ZodObject = z.ZodObject> {
  /** Lower-case with dashes; unique in a zoo. */
  name: string;
  /** Semantic version of the strategy. Kept with every job it runs. */
  version: string;
  /** One sentence for someone choosing. */
  summary: string;
  /**
   * Types, validation, defaults and the JSON Schema that API and forms are made of. Every field needs a description:
   * `.meta({ title, description, unit, group, advanced })`, the others where they help. Names it does not have are refused.
   * The seed is not among them: the job has one, and `fit` finds it in its context.
   */
  parameters: Parameters;
  needs: StrategyNeeds;
  /** Every reason why it cannot run on this model and data set; empty when it can. Pure and quick: the API calls it before anything is queued. */
  check(base: ModelManifest, data: DataSummary, parameters: z.output<Parameters>): Problem[];
  /** The part that trains. Imported in the job's child process only, so it may import what is heavy. */
  load(): Promise<{ fit(context: FitContext<z.output<Parameters>>): Promise<FittedModel> }>;
  /**
   * The part that estimates, without training, what would come of a job: the advisor asks it, and ranks the strategy by
   * what it says. A cheap proxy on features that are there already; a minute is all it has. Loaded as the part that trains
   * is, in a process of a job. Left out: the advisor lists the strategy as not estimated.
   */
  estimate?(): Promise<{ estimate(context: EstimateContext<z.output<Parameters>>): Promise<Estimate> }>;
}

/** What a strategy works on, and what its jobs need of a machine. */
export interface StrategyNeeds {
  /** Hub task ids of the data sets it takes: `image-classification`. */
  tasks: string[];
  /** Formats of the models it takes: `tfjs-layers`. */
  formats: string[];
  /** `optional`: it is faster with one. `required`: only workers with one get its jobs. */
  gpu: 'none' | 'optional' | 'required';
  /** Resident memory that a job needs at least, bytes: workers that have less leave it to others. Left out: any will do. */
  memoryBytes?: number;
}

/** What a strategy can know of the data before it runs. */
export interface DataSummary {
  /** Hub task id. */
  task: 'image-classification';
  /** Class names; a class's position is its label everywhere. */
  classes: string[];
  /** Pictures of each split, in all and by class. */
  splits: Record<Split, SplitSummary>;
}

/** Gives a strategy literal its types. */
export function defineStrategy<Parameters extends z.ZodObject>(
  strategy: Strategy<Parameters>,
): Strategy<Parameters> {
  return strategy;
}

/** What a strategy is given for one fit. */
export interface FitContext<Parameters = Record<string, unknown>> {
  /** As a caller gave them, defaults filled in. */
  parameters: Parameters;
  /** The base model. */
  base: ModelManifest;
  /** Class names of the new data; a label is a position in this list. */
  classes: string[];
  /** Pictures per split that the strategy can see. The test split is the evaluation's alone. */
  imageCounts: { train: number; validation: number };
  /** Training pictures of each class, in the order of `classes`. */
  trainPerClass: readonly number[];
  /** Make everything random depend on it: the same seed gives the same model. */
  seed: number;
  /** CPU threads the job may use. */
  threads: number;
  /** Resident memory that the process may plan with, bytes, what it holds already included. */
  memoryBytes: number;
  /** Aborted when the job is cancelled or loses its lease: stop soon, throw `signal.reason`. */
  signal: AbortSignal;
  /** Features of a frozen prefix, computed once and kept in the cache across jobs. */
  features(split: Exclude<Split, 'test'>, cut: FeatureCut): Promise<LabelledFeatures>;
  /** The same at several cuts, in their order, for the price of the deepest: one pass gives them all. */
  featuresAtCuts(split: Exclude<Split, 'test'>, cuts: readonly FeatureCut[]): Promise<LabelledFeatures[]>;
  /**
   * Linear probes of the frozen base model, in the order of the cuts: softmax regression on the features, C by
   * cross-validation on the training pictures. A head to start a fine-tune from, and what it has to beat. Solved once.
   */
  probes(cuts: readonly FeatureCut[]): Promise<LinearProbe[]>;
  /**
   * Refuses a training that memory will not suffice for, by its setup alone: ask before what takes long, such as features
   * and probes. `trainer` asks again.
   *
   * @throws ZooError TRAINING_MEMORY_INSUFFICIENT, MODEL_CUT_UNKNOWN, MODEL_INPUT_SIZE_UNSUPPORTED
   */
  requireMemory(setup: Omit<TrainerSetup, 'head'>): Promise<void>;
  /**
   * Prepares the training of the base model, or of what follows a cut of it, on the best engine there is. Memory is
   * estimated first.
   *
   * @throws ZooError TRAINING_MEMORY_INSUFFICIENT, MODEL_CUT_UNKNOWN, MODEL_INPUT_SIZE_UNSUPPORTED; CLASSIFIER_INVALID for
   *   a head of other features or classes
   */
  trainer(setup: TrainerSetup): Promise<Trainer>;
  /**
   * Pictures of a split as a network takes them: for a loop of one's own.
   *
   * @param inputSize height and width in pixels; left out: the base model's own.
   * @throws ZooError MODEL_INPUT_SIZE_UNSUPPORTED
   */
  pictures(split: Exclude<Split, 'test'>, inputSize?: number): Promise<LabelledPictures>;
  /**
   * The base model as plain tfjs reads it: model.json and its weights. See `loadPlainModel` of `modelzoo/learning`.
   *
   * @param inputSize height and width of its pictures in pixels; left out: the base model's own.
   * @throws ZooError MODEL_INPUT_SIZE_UNSUPPORTED
   */
  baseFiles(inputSize?: number): Promise<readonly ModelFile[]>;
  /**
   * tfjs-core and tfjs-layers for a loop of one's own, on the fastest backend there is: TensorFlow's addon where that is
   * installed, else plain JavaScript, which is slow. Dispose of what you make: the log names tensors that are left.
   */
  tf(): Promise<TfWithLayers>;
  /** For strategies with a loop of their own; `Trainer.fit` uses them by itself. */
  checkpoints: Checkpoints;
  /** Where the job stands, for progress bars. */
  progress(phase: string, done: number, total: number): void;
  /** A number worth a curve: `step` counts epochs, iterations or candidates. */
  metric(name: string, value: number, step: number): void;
  /** Tables and pictures that are shown with the version. */
  report: Reports;
  /** A line for the log of the job, for people. */
  log(message: string): void;
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

/** A linear classifier on features of the frozen base model: logits = features · weights + bias. */
export interface LinearProbe {
  /** Where its features come from. */
  cut: FeatureCut;
  /** float32 [featureDim, classes], row-major. */
  weights: Float32Array;
  /** float32 [classes]. */
  bias: Float32Array;
  /** Inverse strength of the L2 penalty, as chosen. */
  C: number;
  /** On held-out training pictures; null where no class has two. */
  crossValidated: { accuracy: number; standardError: number } | null;
}
