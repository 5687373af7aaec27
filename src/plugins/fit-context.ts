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

  /** One pass over a split for all cuts that share an input size. */
  async function compute(
    split: 'train' | 'validation',
    cuts: readonly FeatureCut[],
  ): Promise<LabelledFeatures[]> {
    const { source, labels } = pictures[split];
    const model = await input.baseAt(cuts[0]?.inputSize);
    const networkCuts = cuts.map(({ layer, pooling }) => ({ layer, pooling }));
    const extractor = await createFeatureExtractor({ model, cuts: networkCuts, threads });
    try {
      const features = await extractFeatures(extractor, source, {
        cache,
        signal,
        progress: (done, total) => on.progress(`extracting features of ${split} pictures`, done, total),
        log: on.log,
      });
      return features.map((matrix) => ({ ...matrix, labels }));
    } finally {
      await extractor.dispose();
    }
  }

  async function featuresAtCuts(
    split: 'train' | 'validation',
    cuts: readonly FeatureCut[],
  ): Promise<LabelledFeatures[]> {
    const keyOf = (cut: FeatureCut) => JSON.stringify([split, cut.layer, cut.pooling, cut.inputSize]);
    const missing = cuts.filter((cut) => !known.has(keyOf(cut)));
    for (const inputSize of new Set(missing.map((cut) => cut.inputSize))) {
      const together = missing.filter((cut) => cut.inputSize === inputSize);
      const computed = compute(split, together);
      together.forEach((cut, at) => {
        const one = computed.then((all) => all[at] as LabelledFeatures);
        // A failure is met by whoever awaits it below; until then it is not an unhandled one.
        one.catch(() => undefined);
        known.set(keyOf(cut), one);
      });
      await computed;
    }
    return Promise.all(cuts.map((cut) => known.get(keyOf(cut)) as Promise<LabelledFeatures>));
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
    features: async (split, cut) => {
      const [features] = await featuresAtCuts(split, [cut]);
      if (features === undefined) throw new RangeError(`no features came back for layer ${cut.layer}`);
      return features;
    },
    featuresAtCuts,
    progress: on.progress,
    metric: on.metric,
    log: on.log,
  };
}
