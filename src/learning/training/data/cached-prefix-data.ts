import type { DigestedSource, FeatureCache } from '../../features/feature-cache.js';
import type { FeatureExtractor } from '../../features/feature-extractor.js';
import { decodeRows } from '../../features/row-encoding.js';
import type { RowStore } from '../../features/row-store.js';
import { augmentations, isNeutral, type Augmentation } from '../../images/augmentation.js';
import { LivePrefixData } from './live-prefix-data.js';
import type { TrainingData } from './training-data.js';

export interface CachedPrefixOptions {
  /** Borrowed: it must outlive the data, since what cache and memory do not take is computed when it is read. */
  extractor: FeatureExtractor;
  images: DigestedSource;
  /** int32 [images.count]. */
  labels: Int32Array;
  cache: FeatureCache;
  /** How views other than 0 are varied; left out: there are none. */
  augmentation?: Augmentation;
  /** Of each picture, the plain one included. The same for every seed, so that all jobs share them. */
  views?: number;
  /** Rows lie in memory up to this many bytes; the others are read from the cache's files. */
  memoryBytes?: number;
  /** Pictures decoded together while the cache is filled. */
  batchSize?: number;
  signal?: AbortSignal;
  /** Called with rows done so far, and all: pictures times views. */
  progress?(done: number, total: number): void;
  log?(message: string): void;
}

const defaultMemoryBytes = 2 ** 30;

/**
 * The output of a frozen prefix for some fixed views of every picture, computed once and kept in the feature cache:
 * one pass gives it at all cuts of the extractor. Maps are kept in half precision.
 *
 * Compare `estimateCacheBytes` with the cache's room first: what does not fit is computed whenever it is read.
 *
 * @returns one for each cut. Dispose all of them, then the extractor.
 * @throws ZooError IMAGE_UNREADABLE; `signal.reason` when aborted.
 */
export async function openCachedPrefixData({
  extractor,
  images,
  labels,
  cache,
  augmentation = augmentations.none,
  views = 1,
  memoryBytes = defaultMemoryBytes,
  ...options
}: CachedPrefixOptions): Promise<CachedPrefixData[]> {
  const fixedViews = isNeutral(augmentation) ? 1 : views;
  const stores = await cache.open(extractor, images, {
    augmentation,
    views: fixedViews,
    memoryBytes,
    ...options,
  });
  return extractor.cuts.map((_, cut) => {
    const live = new LivePrefixData({ extractor, cut, images, labels, augmentation, views: fixedViews });
    const ofCut = stores.map((ofView) => ofView[cut]).filter((store) => store !== undefined);
    return new CachedPrefixData(live, images, ofCut, options.log);
  });
}

/** See {@link openCachedPrefixData}. */
export class CachedPrefixData implements TrainingData {
  readonly count: number;
  readonly labels: Int32Array;
  readonly inputShape: number[];
  readonly views: number;
  private warned = false;

  constructor(
    private readonly live: LivePrefixData,
    private readonly images: DigestedSource,
    /** By view. */
    private readonly stores: RowStore[],
    private readonly log: ((message: string) => void) | undefined,
  ) {
    this.count = live.count;
    this.labels = live.labels;
    this.inputShape = live.inputShape;
    this.views = live.views;
  }

  async read(indices: readonly number[], view: number, signal?: AbortSignal): Promise<Float32Array> {
    signal?.throwIfAborted();
    const store = this.stores[view % this.views];
    if (store === undefined) return this.live.read(indices, view, signal);
    const { rowBytes, kind } = store;
    const bytes = new Uint8Array(indices.length * rowBytes);
    const found = await Promise.all(
      indices.map((index, position) =>
        store
          .read(this.images.sha256(index), bytes.subarray(position * rowBytes, (position + 1) * rowBytes))
          .catch(() => false),
      ),
    );
    const values = new Float32Array(indices.length * kind.featureDim);
    decodeRows(bytes, kind.dtype, values, 0);
    const missing = [...indices.keys()].filter((position) => found[position] !== true);
    if (missing.length > 0) await this.computeInto(values, indices, missing, view, signal);
    return values;
  }

  async dispose(): Promise<void> {
    await Promise.all(this.stores.map((store) => store.close()));
  }

  private async computeInto(
    values: Float32Array,
    indices: readonly number[],
    missing: readonly number[],
    view: number,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    if (!this.warned) {
      this.warned = true;
      this.log?.(
        'The feature cache does not hold all rows: those that it lacks are computed whenever they are read.',
      );
    }
    const pictures = missing.map((position) => indices[position] ?? 0);
    const rows = await this.live.read(pictures, view, signal);
    const length = rows.length / missing.length;
    missing.forEach((position, row) =>
      values.set(rows.subarray(row * length, (row + 1) * length), position * length),
    );
  }
}
