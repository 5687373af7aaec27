import type { FeatureCache } from '../learning/features/feature-cache.js';
import { extractFeatures } from '../learning/features/extract-features.js';
import { createFeatureExtractor } from '../learning/features/feature-extractor.js';
import type { LoadedModel } from '../learning/tfjs-layers/network.js';
import type { DataSummary, FeatureCut, FitContext, LabelledFeatures } from './contract.js';
import type { SplitPictures } from './split-pictures.js';

/** What a run can tell those who wait for it. */
export interface RunReporter {
  progress(phase: string, done: number, total: number): void;
  metric(name: string, value: number, step: number): void;
  log(message: string): void;
}

export interface FitContextInput<Parameters> {
  parameters: Parameters;
  base: LoadedModel;
  /** The base model with another input size. */
  baseAt(inputSize: number | undefined): Promise<LoadedModel>;
  data: DataSummary;
  /** The splits that a strategy may see. The test split is not among them, so no strategy can reach it. */
  pictures: { train: SplitPictures; validation: SplitPictures };
  cache: FeatureCache;
  seed: number;
  threads: number;
  signal: AbortSignal;
  on: RunReporter;
}

/** Builds what a strategy is given: parameters, features of what it may see, and ways to report. */
export function createFitContext<Parameters>(input: FitContextInput<Parameters>): FitContext<Parameters> {
  const { parameters, base, data, pictures, cache, seed, threads, signal, on } = input;
  const known = new Map<string, Promise<LabelledFeatures>>();

  async function compute(split: 'train' | 'validation', cut: FeatureCut): Promise<LabelledFeatures> {
    const { source, labels } = pictures[split];
    const { layer, pooling, inputSize } = cut;
    const model = await input.baseAt(inputSize);
    const extractor = await createFeatureExtractor({ model, cuts: [{ layer, pooling }], threads });
    try {
      const [features] = await extractFeatures(extractor, source, {
        cache,
        signal,
        progress: (done, total) => on.progress(`extracting features of ${split} pictures`, done, total),
        log: on.log,
      });
      if (features === undefined) throw new RangeError(`no features came back for layer ${layer}`);
      return { ...features, labels };
    } finally {
      await extractor.dispose();
    }
  }

  return {
    parameters,
    base: base.manifest,
    classes: [...data.classes],
    imageCounts: {
      train: data.splits.train.imageCount,
      validation: data.splits.validation.imageCount,
    },
    seed,
    threads,
    signal,
    features(split, cut) {
      const key = JSON.stringify([split, cut.layer, cut.pooling, cut.inputSize]);
      const found = known.get(key) ?? compute(split, cut);
      known.set(key, found);
      return found;
    },
    progress: on.progress,
    metric: on.metric,
    log: on.log,
  };
}
