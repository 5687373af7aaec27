import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { evictFeatures, totalBytes } from './evict-features.js';
import type { ExtractedCut } from './feature-extractor.js';
import { bytesPerValue } from './row-encoding.js';
import { rowType } from './row-kind.js';

/** How much a feature cache can take. */
export interface CacheRoom {
  /** Rows up to this size can be kept, if all others make room for them. */
  availableBytes: number;
  /** Brings the cache below its size, so that `neededBytes` more fit into it. */
  evict(neededBytes: number): Promise<void>;
}

/** Free space that the cache leaves on its disk. */
const keptFreeBytes = 2 ** 29;

/** @param maxBytes the size of the cache by its operator's choice */
export async function measureCacheRoom(folder: string, maxBytes: number): Promise<CacheRoom> {
  const freeDiskBytes = await freeBytes(folder);
  const ownBytes = await totalBytes(folder);
  return {
    availableBytes: Math.max(0, Math.min(maxBytes, ownBytes + freeDiskBytes - keptFreeBytes)),
    evict: (neededBytes) => evictFeatures(folder, Math.max(0, maxBytes - neededBytes)),
  };
}

/**
 * Bytes that the rows of one extractor take as training data, on disk, and as many in memory if all are to lie there.
 *
 * @param count pictures.
 * @param views of each, the plain one included.
 */
export function estimateCacheBytes({
  extractor,
  count,
  views = 1,
}: {
  extractor: { cuts: readonly Pick<ExtractedCut, 'shape' | 'featureDim'>[] };
  count: number;
  views?: number;
}): number {
  const rowBytes = extractor.cuts.reduce(
    (sum, { shape, featureDim }) => sum + featureDim * bytesPerValue[rowType(shape)],
    0,
  );
  return rowBytes * count * views;
}

/** Of the disk that the folder lies on, or will lie on. */
async function freeBytes(folder: string): Promise<number> {
  for (let place = folder; ; place = dirname(place)) {
    const state = await statfs(place).catch(() => undefined);
    if (state !== undefined) return state.bavail * state.bsize;
    if (place === dirname(place)) return 0;
  }
}
