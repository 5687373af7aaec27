import type { DataSummary, ModelManifest } from '../../plugins/plugin.js';
import type { Estimate } from '../../plugins/contract/estimate.js';
import type { AdviceMeasurements } from '../measurements.js';
import type { Corrections } from '../record/corrections.js';
import type { Knowledge } from './knowledge.js';

/** All that a recommendation follows from. */
export interface RecommendInput {
  measurements: AdviceMeasurements;
  /** The models that were asked about. */
  models: readonly AdvisedModel[];
  data: DataSummary;
  /** Those that can be launched, built-in and others. */
  strategies: readonly AdvisableStrategy[];
  /** What strategies said of themselves, by model. */
  estimates: readonly StrategyEstimate[];
  knowledge: Knowledge;
  corrections: Corrections;
  /** Where the jobs will run. */
  machine: {
    threads: number;
    /** Resident memory that a job may take; left out: no warning about it. */
    memoryBytes?: number;
  };
}

export interface AdvisedModel {
  versionId: string;
  /** As people read it: `zoo/mobilenet-v2@1`. */
  name: string;
  manifest: ModelManifest;
  /** Of its weights' files, see `weightsDigest`: the study knows some networks. Left out: it knows nothing of this one. */
  weightsDigest?: string | undefined;
}

/** A strategy that an advice can name. */
export interface AdvisableStrategy {
  name: string;
  /** Of the build that is asked and estimated; null: whichever is the newest at the launch, for those that come with the zoo. */
  version: string | null;
  /** Whether it declares how it is estimated. Built-in strategies are estimated here. */
  estimates: boolean;
  /**
   * Every reason why it cannot run on a model with parameters as a launch sends them, required ones that are missing among
   * them. Left out where only a job can say.
   */
  check?(base: ModelManifest, parameters: Readonly<Record<string, unknown>>): readonly string[];
}

/** What came of asking a strategy about a model. */
export interface StrategyEstimate {
  versionId: string;
  strategy: string;
  /** Null where it failed. */
  estimate: Estimate | null;
  /** Why there is none, in words. */
  problem: string | null;
}
