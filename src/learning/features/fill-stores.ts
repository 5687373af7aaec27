import type { PictureView } from '../images/decode-pictures.js';
import { runOnImages } from '../images/run-on-images.js';
import type { CacheRoom } from './cache-room.js';
import { sampleHoldsTrue } from './check-sample.js';
import type { CacheOptions, DigestedSource } from './feature-cache.js';
import type { FeatureExtractor } from './feature-extractor.js';
import { withFileLocks } from './file-lock.js';
import type { RowStore } from './row-store.js';
import { ShardWriter } from './shard-writer.js';

/** The stores of one view of the pictures, one for each cut of the extractor. */
export interface StoredView {
  /** Left out: the plain pictures. */
  view?: PictureView;
  stores: RowStore[];
}

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
  // All of them first: only then it is known how much is missing.
  for (const store of views.flatMap((view) => view.stores)) await store.refresh();
  for (const [position, one] of views.entries()) {
    const { stores } = one;
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
        () => options.log?.('Another job computes features of the same layers: waiting for it.'),
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

/** One position of each picture that any of the stores lacks. */
function missing(source: DigestedSource, stores: readonly RowStore[]): number[] {
  const seen = new Set<string>();
  return Array.from({ length: source.count }, (_, index) => index).filter((index) => {
    const picture = source.sha256(index);
    if (seen.has(picture)) return false;
    seen.add(picture);
    return stores.some((store) => !store.has(picture));
  });
}
