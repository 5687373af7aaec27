import type { PictureView } from '../images/decode-pictures.js';
import { runOnImages } from '../images/run-on-images.js';
import type { CacheRoom } from './cache-room.js';
import { computeFeatures } from './compute-features.js';
import type { CacheOptions, DigestedSource } from './feature-cache.js';
import type { FeatureExtractor } from './feature-extractor.js';
import { withFileLocks } from './file-lock.js';
import { decodeRows, encodeRows } from './row-encoding.js';
import type { RowStore } from './row-store.js';

/** The stores of one view of the pictures, one for each cut of the extractor. */
export interface StoredView {
  /** Left out: the plain pictures. */
  view?: PictureView;
  stores: RowStore[];
}

/** Rows per shard, at most, and bytes: so the most work a crash can lose, and the most that waits in memory. */
const shardRows = 512;
const shardBytes = 32 * 2 ** 20;
/** Pictures recomputed on reuse: first, middle, last. */
const samples = [0, 0.5, 1];
/** How far a recomputed row may be off, relative to the largest value in it: sums in another order, half precision. */
const tolerance = 1e-3;

/**
 * Completes stores: takes over what the cache has, checks a sample of it by computing it again, and computes what is
 * missing in one pass per view. Whoever else computes the same rows is waited for.
 *
 * @throws ZooError IMAGE_UNREADABLE; `signal.reason` when aborted.
 */
export async function fillStores(
  extractor: FeatureExtractor,
  source: DigestedSource,
  views: readonly StoredView[],
  room: CacheRoom,
  options: CacheOptions,
): Promise<void> {
  const total = source.count * views.length;
  let evicted = false;
  for (const [position, one] of views.entries()) {
    const { stores } = one;
    for (const store of stores) await store.refresh();
    if (!(await sampleHoldsTrue(extractor, source, one, options))) {
      options.log?.('Cached features differ from recomputed ones: they are thrown away and computed again.');
      for (const store of stores) await store.clear();
    }
    if (missing(source, stores).length > 0) {
      await withFileLocks(
        stores.map((store) => store.lockPath),
        options.signal,
        async () => {
          // Whoever held the lock may have computed what is missing.
          for (const store of stores) await store.refresh();
          if (!evicted) {
            evicted = true;
            await makeRoom(source, views, room, options);
          }
          const indices = missing(source, stores).slice(0, rowsToKeep(stores));
          await computeRows(extractor, source, one, indices, {
            ...options,
            progress: (done) =>
              options.progress?.((position + 1) * source.count - indices.length + done, total),
          });
        },
      );
    }
    options.progress?.((position + 1) * source.count, total);
  }
  if (evicted) await room.evict(0);
}

/** Makes the other rows of the cache give way, or keeps the new ones off the disk where even that does not suffice. */
async function makeRoom(
  source: DigestedSource,
  views: readonly StoredView[],
  room: CacheRoom,
  { log }: CacheOptions,
): Promise<void> {
  const stores = views.flatMap((view) => view.stores);
  const neededBytes = stores.reduce((sum, store) => sum + store.missingBytes, 0);
  if (neededBytes <= room.availableBytes) return room.evict(neededBytes);
  log?.(
    `Features of ${source.count} pictures take ${neededBytes} bytes, the cache has room for ${room.availableBytes}: they are not kept.`,
  );
  for (const store of stores) store.onDisk = false;
}

/** How many more rows find a place; computing others would be for nothing. */
function rowsToKeep(stores: readonly RowStore[]): number {
  if (stores.every((store) => store.onDisk)) return Infinity;
  const rowBytes = stores.reduce((sum, store) => sum + store.rowBytes, 0);
  return Math.floor(Math.min(...stores.map((store) => store.memory.freeBytes)) / rowBytes);
}

async function computeRows(
  extractor: FeatureExtractor,
  source: DigestedSource,
  { view, stores }: StoredView,
  indices: readonly number[],
  options: CacheOptions,
): Promise<void> {
  const writers = stores.map((store) => new ShardWriter(store));
  await runOnImages(
    (pixels, count) => extractor.run(pixels, count),
    source,
    indices,
    extractor.input,
    { ...options, view },
    async (rows, start) => {
      const { featureDim = 1 } = extractor.cuts[0] ?? {};
      const pictures = indices
        .slice(start, start + (rows[0]?.length ?? 0) / featureDim)
        .map((index) => source.sha256(index));
      for (const [cut, writer] of writers.entries())
        await writer.add(pictures, rows[cut] ?? new Float32Array());
    },
  );
  for (const writer of writers) await writer.flush();
}

/** Collects rows until they are worth a shard. */
class ShardWriter {
  private pictures: string[] = [];
  private parts: Uint8Array[] = [];
  private bytes = 0;
  private began = performance.now();

  constructor(private readonly store: RowStore) {}

  async add(pictures: string[], rows: Float32Array): Promise<void> {
    const part = encodeRows(rows, this.store.kind.dtype);
    this.pictures.push(...pictures);
    this.parts.push(part);
    this.bytes += part.length;
    if (this.pictures.length >= shardRows || this.bytes >= shardBytes) await this.flush();
  }

  async flush(): Promise<void> {
    if (this.pictures.length === 0) return;
    const { pictures, parts, bytes } = this;
    const rows = new Uint8Array(bytes);
    let offset = 0;
    for (const part of parts) {
      rows.set(part, offset);
      offset += part.length;
    }
    [this.pictures, this.parts, this.bytes] = [[], [], 0];
    const seconds = (performance.now() - this.began) / 1000;
    await this.store.append(pictures, rows, seconds);
    this.began = performance.now();
  }
}

/** Compares a few rows that are known already with what the network gives for their pictures now. */
async function sampleHoldsTrue(
  extractor: FeatureExtractor,
  source: DigestedSource,
  { view, stores }: StoredView,
  { signal }: CacheOptions,
): Promise<boolean> {
  const known = numbers(source).filter((index) => stores.every((store) => store.has(source.sha256(index))));
  const sample = [...new Set(samples.map((part) => known[Math.round(part * (known.length - 1))]))].filter(
    (index) => index !== undefined,
  );
  if (sample.length === 0) return true;
  const fresh = await computeFeatures(extractor, source, sample, { view, signal });
  for (const [cut, store] of stores.entries()) {
    const { featureDim, dtype } = store.kind;
    const kept = new Float32Array(featureDim);
    const bytes = new Uint8Array(store.rowBytes);
    for (const [row, index] of sample.entries()) {
      const isThere = await store.read(source.sha256(index), bytes).catch(() => false);
      decodeRows(bytes, dtype, kept, 0);
      const expected = fresh[cut]?.data.subarray(row * featureDim, (row + 1) * featureDim);
      if (!isThere || expected === undefined || !nearlyEqual(kept, expected)) return false;
    }
  }
  return true;
}

/** One position of each picture that any of the stores lacks. */
function missing(source: DigestedSource, stores: readonly RowStore[]): number[] {
  const seen = new Set<string>();
  return numbers(source).filter((index) => {
    const picture = source.sha256(index);
    if (seen.has(picture)) return false;
    seen.add(picture);
    return stores.some((store) => !store.has(picture));
  });
}

function numbers(source: DigestedSource): number[] {
  return Array.from({ length: source.count }, (_, index) => index);
}

function nearlyEqual(kept: Float32Array, fresh: Float32Array): boolean {
  const largest = fresh.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
  return fresh.every((value, i) => Math.abs(value - (kept[i] ?? NaN)) <= tolerance * (largest + 1e-6));
}
