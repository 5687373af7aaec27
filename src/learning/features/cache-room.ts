import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ZooError } from '../../errors.js';
import { evictFeatures, totalBytes } from './evict-features.js';
import type { FeatureExtractor } from './feature-extractor.js';
import { bytesPerValue } from './row-encoding.js';
import { rowType } from './row-kind.js';

/** How much a feature cache can take. */
export interface CacheRoom {
  /** Rows up to this size can be kept, if all others make room for them. */
  availableBytes: number;
  /** The size of the cache by its operator's choice. */
  maxBytes: number;
  /** What its disk has free. */
  freeDiskBytes: number;
  /** Brings the cache below its size, so that `neededBytes` more fit into it. */
  evict(neededBytes: number): Promise<void>;
}

/** Free space that the cache leaves on its disk. */
const keptFreeBytes = 2 ** 29;

export async function measureCacheRoom(folder: string, maxBytes: number): Promise<CacheRoom> {
  const freeDiskBytes = await freeBytes(folder);
  const ownBytes = await totalBytes(folder);
  return {
    availableBytes: Math.max(0, Math.min(maxBytes, ownBytes + freeDiskBytes - keptFreeBytes)),
    maxBytes,
    freeDiskBytes,
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
  extractor: Pick<FeatureExtractor, 'cuts'>;
  count: number;
  views?: number;
}): number {
  const rowBytes = extractor.cuts.reduce(
    (sum, { shape, featureDim }) => sum + featureDim * bytesPerValue[rowType(shape)],
    0,
  );
  return rowBytes * count * views;
}

/**
 * Refuses rows that the cache cannot take, before any of them is computed.
 *
 * @throws ZooError FEATURE_CACHE_TOO_SMALL, DISK_NEARLY_FULL
 */
export function requireCacheRoom(
  { availableBytes, maxBytes, freeDiskBytes }: CacheRoom,
  neededBytes: number,
): void {
  if (neededBytes <= availableBytes) return;
  const choices =
    'Use fewer views of each picture, cut the network later, or compute the frozen layers in every epoch';
  if (neededBytes > maxBytes) {
    throw new ZooError(
      'FEATURE_CACHE_TOO_SMALL',
      `The output of the frozen layers takes ${neededBytes} bytes; the cache holds ${maxBytes}. ${choices}, or give the worker a larger cache (ZOO_CACHE_BYTES).`,
      { neededBytes, maxBytes },
    );
  }
  throw new ZooError(
    'DISK_NEARLY_FULL',
    `The output of the frozen layers takes ${neededBytes} bytes and ${keptFreeBytes} are to stay free, but the worker's disk has ${freeDiskBytes}. Free some space there. Or: ${choices.charAt(0).toLowerCase()}${choices.slice(1)}.`,
    { neededBytes, freeDiskBytes },
  );
}

/** Of the disk that the folder lies on, or will lie on. */
async function freeBytes(folder: string): Promise<number> {
  for (let place = folder; ; place = dirname(place)) {
    const state = await statfs(place).catch(() => undefined);
    if (state !== undefined) return state.bavail * state.bsize;
    if (place === dirname(place)) return 0;
  }
}
