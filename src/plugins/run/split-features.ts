import type { FeatureCache } from '../../learning/features/feature-cache.js';
import { extractFeatures } from '../../learning/features/extract-features.js';
import { createFeatureExtractor } from '../../learning/features/feature-extractor.js';
import type { Split } from '../../learning/dataset-manifest.js';
import type { LoadedModel } from '../../learning/tfjs-layers/network.js';
import type { FeatureCut, LabelledFeatures } from '../contract.js';
import type { RunReporter } from './run-reporter.js';
import type { SplitPictures } from './split-pictures.js';

export interface SplitFeaturesInput {
  /** The base model with another input size. */
  baseAt(inputSize: number | undefined): Promise<LoadedModel>;
  pictures: Record<Split, SplitPictures>;
  cache: FeatureCache;
  threads: number;
  signal: AbortSignal;
  on: RunReporter;
}

/** Features of the frozen base model, each computed once in a run however often it is asked for. */
export class SplitFeatures {
  readonly #known = new Map<string, Promise<LabelledFeatures>>();

  constructor(private readonly input: SplitFeaturesInput) {}

  /** Features at several cuts, in their order. One pass over the pictures gives those that share an input size. */
  async at(split: Split, cuts: readonly FeatureCut[]): Promise<LabelledFeatures[]> {
    const missing = cuts.filter((cut) => !this.#known.has(keyOf(split, cut)));
    for (const inputSize of new Set(missing.map((cut) => cut.inputSize))) {
      const together = missing.filter((cut) => cut.inputSize === inputSize);
      const computed = this.compute(split, together);
      together.forEach((cut, at) => {
        const one = computed.then((all) => all[at] as LabelledFeatures);
        // A failure is met by whoever awaits it below; until then it is not an unhandled one.
        one.catch(() => undefined);
        this.#known.set(keyOf(split, cut), one);
      });
      await computed;
    }
    return Promise.all(cuts.map((cut) => this.#known.get(keyOf(split, cut)) as Promise<LabelledFeatures>));
  }

  /** Lets go of all features; they are read from the cache when they are asked for again. */
  forget(): void {
    this.#known.clear();
  }

  private async compute(split: Split, cuts: readonly FeatureCut[]): Promise<LabelledFeatures[]> {
    const { baseAt, pictures, cache, threads, signal, on } = this.input;
    const { source, labels } = pictures[split];
    const model = await baseAt(cuts[0]?.inputSize);
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
}

const keyOf = (split: Split, cut: FeatureCut): string =>
  JSON.stringify([split, cut.layer, cut.pooling, cut.inputSize]);
