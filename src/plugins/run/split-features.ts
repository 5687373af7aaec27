import { estimateCacheBytes } from '../../learning/features/cache-room.js';
import type { FeatureCut as NetworkCut } from '../../learning/features/feature-cut.js';
import type { FeatureCache } from '../../learning/features/feature-cache.js';
import { extractFeatures } from '../../learning/features/extract-features.js';
import { createFeatureExtractor } from '../../learning/features/feature-extractor.js';
import { featureKeys } from '../../learning/features/feature-key.js';
import type { Split } from '../../learning/dataset-manifest.js';
import type { LoadedModel } from '../../learning/tfjs-layers/network.js';
import type { FeatureCut, LabelledFeatures, TrainerSetup } from '../contract.js';
import type { RunReporter } from './run-reporter.js';
import type { SplitPictures } from './split-pictures.js';

export interface SplitFeaturesInput {
  /** The base model with another input size. */
  baseAt(inputSize: number | undefined): Promise<LoadedModel>;
  /** Splits that are not there are not to be asked for. */
  pictures: Partial<Record<Split, SplitPictures>>;
  cache: FeatureCache;
  threads: number;
  signal: AbortSignal;
  on: RunReporter;
}

/** Features of the frozen base model, each computed once in a run however often it is asked for. */
export class SplitFeatures {
  readonly #known = new Map<string, Promise<LabelledFeatures>>();

  /** By input size: the cut behind which layers will train. */
  readonly #trainedBehind = new Map<number | undefined, string>();

  constructor(private readonly input: SplitFeaturesInput) {}

  /**
   * Says that layers behind a cut will train: passes over the pictures from now on keep what training reads of them, so
   * that it needs none of its own.
   */
  expectTraining({ cut, frozenUpTo }: Pick<TrainerSetup, 'cut' | 'frozenUpTo'>): void {
    if (frozenUpTo !== undefined) this.#trainedBehind.set(cut.inputSize, frozenUpTo);
  }

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
    const ofSplit = pictures[split];
    if (ofSplit === undefined) throw new RangeError(`there is no ${split} split here`);
    const { source, labels } = ofSplit;
    const inputSize = cuts[0]?.inputSize;
    const model = await baseAt(inputSize);
    const networkCuts = cuts.map(({ layer, pooling }) => ({ layer, pooling }));
    const alongside = split === 'test' ? [] : await this.trainedMaps(model, networkCuts, source, inputSize);
    const extractor = await createFeatureExtractor({
      model,
      cuts: [...networkCuts, ...alongside],
      threads,
    });
    try {
      const features = await extractFeatures(extractor, source, {
        cache,
        keptAlongside: alongside.length,
        signal,
        progress: (done, total) => on.progress(`extracting features of ${split} pictures`, done, total),
        log: on.log,
      });
      return features.map((matrix) => ({ ...matrix, labels }));
    } finally {
      await extractor.dispose();
    }
  }

  /**
   * The cut that training reads, where the cache has room for its maps and a pass is made anyway: for them alone, training
   * runs no more than the frozen layers.
   */
  private async trainedMaps(
    model: LoadedModel,
    cuts: readonly NetworkCut[],
    { count, sha256 }: SplitPictures['source'],
    inputSize: number | undefined,
  ): Promise<NetworkCut[]> {
    const layer = this.#trainedBehind.get(inputSize);
    const shape = model.layers.find(({ name }) => name === layer)?.outputShape;
    if (layer === undefined || shape === undefined) return [];
    const { cache } = this.input;
    const known = await cache.known(featureKeys(model, cuts).map((key) => ({ key })));
    if (Array.from({ length: count }, (_, index) => sha256(index)).every((one) => known.has(one))) return [];
    const featureDim = shape.reduce((product, extent) => product * extent, 1);
    const { availableBytes } = await cache.room();
    const neededBytes = estimateCacheBytes({ extractor: { cuts: [{ shape, featureDim }] }, count });
    return neededBytes <= availableBytes / 2 ? [{ layer, pooling: 'flatten' }] : [];
  }
}

const keyOf = (split: Split, cut: FeatureCut): string =>
  JSON.stringify([split, cut.layer, cut.pooling, cut.inputSize]);
