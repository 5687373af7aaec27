import type { RunReporter } from '../../plugins/run/run-reporter.js';

/** What measuring models for a data set needs: folders, means, and who is told. */
export interface MeasureInput {
  /** In the order in which they were asked about. */
  models: readonly ModelToMeasure[];
  /** Files of the data-set version. Only training pictures are read, so it need not hold the test split. */
  datasetFolder: string;
  /** The feature cache that jobs use: what is measured here is warm for the job that follows. */
  cacheFolder: string;
  cacheBytes: number;
  /** Wall time to spend. The first model always starts, whatever it is. */
  budgetSeconds: number;
  /** Decides which pictures come first, and the folds of cross-validations. */
  seed: number;
  /** CPU threads. */
  threads: number;
  /** Resident memory that the process may plan with, what it holds already included. */
  memoryBytes: number;
  signal: AbortSignal;
  on: Pick<RunReporter, 'progress' | 'log'>;
  /** Statistics of the pictures that models of the zoo were trained on, for the Fréchet distance. */
  known?: readonly SourceStatistics[];
  /** Milliseconds of a clock that never goes back. Left out: the process's own. */
  now?: () => number;
}

/** A model that may be adopted. */
export interface ModelToMeasure {
  versionId: string;
  /** What to call it in messages; left out: its id. */
  name?: string;
  /** Files of the version. */
  folder: string;
  /** Accuracy on what it was trained for, 0 to 1; null where nobody knows. */
  sourceAccuracy: number | null;
  parameterCount: number;
  /** ISO 8601. */
  createdAt: string;
}

/** How the features of a data set that models were trained on are distributed at one cut. */
export interface SourceStatistics {
  /** Digest of everything that features at the cut depend on, except the pictures. */
  featureKey: string;
  datasetVersionId: string;
  /** Per channel. */
  mean: readonly number[];
  variance: readonly number[];
}

/** What the transfer profile of one model on one data set needs. */
export interface ProfileInput extends Omit<MeasureInput, 'models' | 'budgetSeconds' | 'known'> {
  model: ModelToMeasure;
  /** Feature keys of cuts whose profile on this data set is there already: they are left out. */
  knownKeys?: readonly string[];
}
