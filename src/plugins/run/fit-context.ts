import type { LoadedModel } from '../../learning/tfjs-layers/network.js';
import type { Checkpoints } from '../contract/checkpoints.js';
import type { DataSummary, FitContext, Reports, Trainer, TrainerSetup } from '../contract.js';
import type { LinearProbes } from './linear-probes.js';
import type { OwnLoop } from './own-loop.js';
import type { RunReporter } from './run-reporter.js';
import type { SplitFeatures } from './split-features.js';

export interface FitContextInput<Parameters> {
  parameters: Parameters;
  base: LoadedModel;
  data: DataSummary;
  features: SplitFeatures;
  probes: LinearProbes;
  requireMemory(setup: Omit<TrainerSetup, 'head'>): Promise<void>;
  trainer(setup: TrainerSetup): Promise<Trainer>;
  ownLoop: OwnLoop;
  checkpoints: Checkpoints;
  reports: Reports;
  seed: number;
  threads: number;
  memoryBytes: number;
  signal: AbortSignal;
  on: RunReporter;
}

/** Builds what a strategy is given: parameters, features of what it may see, training, and ways to report. */
export function createFitContext<Parameters>(input: FitContextInput<Parameters>): FitContext<Parameters> {
  const { parameters, base, data, features, probes, checkpoints, seed, threads, memoryBytes, signal, on } =
    input;

  const featuresAtCuts: FitContext['featuresAtCuts'] = (split, cuts) => {
    // The test split is the evaluation's alone, whatever a strategy asks for.
    if (split !== 'train' && split !== 'validation') {
      return Promise.reject(
        new RangeError(`a strategy sees the splits train and validation, not ${String(split)}`),
      );
    }
    return features.at(split, cuts);
  };

  return {
    parameters,
    base: base.manifest,
    classes: [...data.classes],
    imageCounts: {
      train: data.splits.train.imageCount,
      validation: data.splits.validation.imageCount,
    },
    trainPerClass: [...data.splits.train.perClass],
    seed,
    threads,
    memoryBytes,
    signal,
    features: async (split, cut) => {
      const [matrix] = await featuresAtCuts(split, [cut]);
      if (matrix === undefined) throw new RangeError(`no features came back for layer ${cut.layer}`);
      return matrix;
    },
    featuresAtCuts,
    probes: (cuts) => probes.at(cuts),
    requireMemory: (setup) => input.requireMemory(setup),
    trainer: (setup) => input.trainer(setup),
    pictures: input.ownLoop.pictures,
    baseFiles: input.ownLoop.baseFiles,
    tf: input.ownLoop.tf,
    checkpoints,
    progress: on.progress,
    metric: on.metric,
    report: input.reports,
    log: on.log,
  };
}
