import type { ModelManifest } from '../../learning/model-manifest.js';
import type { DataSummary, LabelledFeatures, LinearProbe } from '../contract.js';
import type { FeatureCut } from './fitted-model.js';

/**
 * What a strategy is given to estimate what would come of it, without training: features of training pictures, most of
 * them computed already, and what was measured on this machine. No validation picture, no test picture.
 */
export interface EstimateContext<Parameters = Record<string, unknown>> {
  /** As a caller gave them, defaults filled in. */
  parameters: Parameters;
  /** The base model. */
  base: ModelManifest;
  /** The whole data set, as counts; `check` has accepted it. */
  data: DataSummary;
  /** Make everything random depend on it: the same seed gives the same estimate. */
  seed: number;
  /** CPU threads that the estimate may use, and the job would. */
  threads: number;
  /** Resident memory that the process may plan with, and that of a job could, bytes. */
  memoryBytes: number;
  /** Aborted when the answer comes too late or nobody waits for it: stop soon, throw `signal.reason`. */
  signal: AbortSignal;
  /**
   * Pictures that the base model takes each second on this machine, decoded, at its own input size and through its
   * deepest cut, as the advisor measured it.
   */
  picturesPerSecond: number;
  /**
   * Features of the training pictures, or of a part of them that has every class in proportion, where the advisor looked
   * at no more: `rows` says of how many. At the base's own input size they are there already at the cuts that strategies
   * compare (`probeCuts`); elsewhere they are computed, which takes its time.
   */
  features(cut: FeatureCut): Promise<LabelledFeatures>;
  /** The same at several cuts, in their order, for the price of the deepest. */
  featuresAtCuts(cuts: readonly FeatureCut[]): Promise<LabelledFeatures[]>;
  /** Linear probes on the same pictures, in the order of the cuts: see `FitContext.probes`. */
  probes(cuts: readonly FeatureCut[]): Promise<LinearProbe[]>;
}

/**
 * What a strategy expects of a job of its own. Null stands for what it cannot say; the advisor ranks by accuracy, and lists
 * a strategy that gives none as not estimated.
 */
export interface Estimate {
  /**
   * Share of test pictures that will be named right, 0 to 1, and how far off that may be, as one standard error: of the
   * pictures it was taken on, and of the method's own uncertainty.
   */
  accuracy: { value: number; standardError: number } | null;
  /** Wall seconds that `fit` takes on this machine, with the features that are there already. The evaluation is ours to add. */
  seconds: number | null;
  /** Resident memory of the process at its peak, bytes. */
  peakMemoryBytes: number | null;
  /** Bytes of the new version's files that the base version does not have. */
  storedBytes: number | null;
  /** In a sentence of at most 500 characters, for people: what it rests on, or why it says no more. */
  reason?: string;
}
