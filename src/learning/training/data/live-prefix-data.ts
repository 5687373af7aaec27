import { computeFeatures } from '../../features/compute-features.js';
import type { FeatureExtractor } from '../../features/feature-extractor.js';
import { roundRows } from '../../features/row-encoding.js';
import { rowType } from '../../features/row-kind.js';
import { augmentations, isNeutral, type Augmentation } from '../../images/augmentation.js';
import type { ImageSource } from '../../images/image-source.js';
import type { TrainingData } from './training-data.js';

export interface LivePrefixDataOptions {
  /** Borrowed: it must outlive the data. */
  extractor: FeatureExtractor;
  /** Which of the extractor's cuts, by position. */
  cut?: number;
  images: ImageSource;
  /** int32 [images.count]. */
  labels: Int32Array;
  /** How views other than 0 are varied; left out: there are none. */
  augmentation?: Augmentation;
  /** Of each picture, the plain one included; any number, as nothing is kept. */
  views?: number;
}

/**
 * The output of a frozen prefix, computed whenever it is read: for data whose cache would be too large, and for more
 * views than a cache can hold. Gives the same numbers as {@link CachedPrefixData}, half precision of maps included.
 */
export class LivePrefixData implements TrainingData {
  readonly count: number;
  readonly labels: Int32Array;
  readonly inputShape: number[];
  readonly views: number;
  private readonly extractor: FeatureExtractor;
  private readonly cut: number;
  private readonly images: ImageSource;
  private readonly augmentation: Augmentation;

  constructor({ extractor, cut = 0, images, labels, augmentation, views }: LivePrefixDataOptions) {
    this.count = images.count;
    this.labels = labels;
    this.inputShape = extractor.cuts[cut]?.shape ?? [];
    this.augmentation = augmentation ?? augmentations.none;
    this.views = isNeutral(this.augmentation) ? 1 : (views ?? Infinity);
    this.extractor = extractor;
    this.cut = cut;
    this.images = images;
  }

  async read(indices: readonly number[], view: number, signal?: AbortSignal): Promise<Float32Array> {
    const { extractor, images, augmentation } = this;
    const matrices = await computeFeatures(extractor, images, indices, {
      view: { augmentation, view: view % this.views },
      signal,
    });
    return roundRows(matrices[this.cut]?.data ?? new Float32Array(), rowType(this.inputShape));
  }
}
