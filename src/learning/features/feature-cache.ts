import { augmentations, type Augmentation } from '../images/augmentation.js';
import type { ImageSource } from '../images/image-source.js';
import type { ImageRunOptions } from '../images/run-on-images.js';
import { computeFeatures, type FeatureMatrix } from './compute-features.js';
import { measureCacheRoom, type CacheRoom } from './cache-room.js';
import type { ExtractedCut, FeatureExtractor } from './feature-extractor.js';
import { fillStores, type StoredView } from './fill-stores.js';
import { knownPictures } from './known-pictures.js';
import { decodeRows } from './row-encoding.js';
import { rowKind, type RowKind } from './row-kind.js';
import { RowStore, type RowMemory } from './row-store.js';

/** A source that knows its pictures' digests. */
export type DigestedSource = ImageSource & Required<Pick<ImageSource, 'sha256'>>;

export interface CacheOptions extends Omit<ImageRunOptions, 'view'> {
  log?(message: string): void;
}

export interface CompleteOptions extends CacheOptions {
  /** How many of the extractor's cuts, the last ones, are kept for a training to come and not given back. */
  keptAlongside?: number;
}

export interface OpenOptions extends CacheOptions {
  augmentation: Augmentation;
  /** How many views of each picture, the plain one included. */
  views: number;
  /** Rows lie in memory up to this many bytes, the others on disk. */
  memoryBytes: number;
}

/**
 * Keeps features across jobs, in a folder that several processes may share. A row is found by everything it depends
 * on: the frozen prefix, the cut, preprocessing, engine, how pictures are varied, and the picture's digest; so data
 * sets that share pictures share rows. Damaged shards are recognised by their digest, and on reuse a few rows are
 * recomputed and compared.
 */
export class FeatureCache {
  constructor(
    private readonly folder: string,
    /** Bytes it may take; the least valuable shards go when there are more. */
    private readonly maxBytes: number,
  ) {}

  /**
   * The features of all pictures of the source: from the cache where they are there, else computed and kept. What a
   * training will read of the same pictures can be kept in the same pass.
   */
  async complete(
    extractor: FeatureExtractor,
    source: DigestedSource,
    { keptAlongside = 0, ...options }: CompleteOptions = {},
  ): Promise<FeatureMatrix[]> {
    const given = extractor.cuts.length - keptAlongside;
    const kinds = extractor.cuts.map((cut, at): RowKind => {
      const { key, featureDim } = cut;
      return at < given ? { key, featureDim, dtype: 'float32' } : rowKind(cut, plainView);
    });
    const stores = [
      // All of them end up in memory anyway, so what the disk does not take may wait there.
      ...this.stores(kinds.slice(0, given), source, { freeBytes: Infinity, when: 'disk-fails' }, options),
      ...this.stores(kinds.slice(given), source, { freeBytes: 0, when: 'disk-fails' }, options),
    ];
    try {
      await fillStores(extractor, source, [{ stores }], await this.room(), options);
      const matrices: FeatureMatrix[] = [];
      for (const [cut, store] of stores.slice(0, given).entries()) {
        matrices.push(await readMatrix(store, source, extractor, cut, options));
      }
      return matrices;
    } finally {
      await Promise.all(stores.map((store) => store.close()));
    }
  }

  /**
   * Rows to be read one by one, for data that need not fit in memory: maps as float16, vectors as float32, for one or
   * several fixed views of each picture. What neither disk nor memory takes is missing in the stores.
   *
   * @returns per view, a store for every cut. The caller closes them.
   */
  async open(
    extractor: FeatureExtractor,
    source: DigestedSource,
    options: OpenOptions,
  ): Promise<RowStore[][]> {
    const { augmentation, views, memoryBytes } = options;
    const memory: RowMemory = { freeBytes: memoryBytes, when: 'always' };
    const stored: StoredView[] = Array.from({ length: views }, (_, view) => ({
      view: { augmentation, view },
      stores: this.stores(
        extractor.cuts.map((cut: ExtractedCut) => rowKind(cut, { augmentation, view })),
        source,
        memory,
        options,
      ),
    }));
    const stores = stored.map((one) => one.stores);
    try {
      await fillStores(extractor, source, stored, await this.room(), options);
      return stores;
    } catch (error) {
      await Promise.all(stores.flat().map((store) => store.close()));
      throw error;
    }
  }

  /** Digests of the pictures whose features at all these cuts are there, without a look at whether they are undamaged. */
  known(cuts: readonly Pick<ExtractedCut, 'key'>[]): Promise<Set<string>> {
    return knownPictures(
      this.folder,
      cuts.map(({ key }) => key),
    );
  }

  /** How much the cache can take. */
  room(): Promise<CacheRoom> {
    return measureCacheRoom(this.folder, this.maxBytes);
  }

  private stores(
    kinds: RowKind[],
    source: DigestedSource,
    memory: RowMemory,
    { log }: CacheOptions,
  ): RowStore[] {
    const wanted = new Set(Array.from({ length: source.count }, (_, index) => source.sha256(index)));
    const { folder } = this;
    return kinds.map((kind) => new RowStore(kind, { folder, wanted, memory, log: (line) => log?.(line) }));
  }
}

const plainView = { augmentation: augmentations.none, view: 0 };

/** All rows of a store in the order of the source; what it lacks is computed. */
async function readMatrix(
  store: RowStore,
  source: DigestedSource,
  extractor: FeatureExtractor,
  cut: number,
  { signal }: CacheOptions,
): Promise<FeatureMatrix> {
  const { featureDim, dtype } = store.kind;
  const data = new Float32Array(source.count * featureDim);
  const places = new Map<string, number[]>();
  for (let index = 0; index < source.count; index++) {
    const picture = source.sha256(index);
    places.set(picture, [...(places.get(picture) ?? []), index]);
  }
  const take = (picture: string, row: Uint8Array) => {
    for (const index of places.get(picture) ?? []) decodeRows(row, dtype, data, index * featureDim);
    places.delete(picture);
  };
  for await (const { pictures, rows } of store.readShards()) {
    pictures.forEach((picture, row) =>
      take(picture, rows.subarray(row * store.rowBytes, (row + 1) * store.rowBytes)),
    );
  }
  const missing = [...places.values()].flat();
  const computed = missing.length > 0 ? await computeFeatures(extractor, source, missing, { signal }) : [];
  missing.forEach((index, row) => {
    const rows = computed[cut]?.data.subarray(row * featureDim, (row + 1) * featureDim);
    if (rows !== undefined) data.set(rows, index * featureDim);
  });
  return { rows: source.count, featureDim, data };
}
