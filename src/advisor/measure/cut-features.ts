import { estimateCacheBytes } from '../../learning/features/cache-room.js';
import type { FeatureCache } from '../../learning/features/feature-cache.js';
import type { FeatureExtractor } from '../../learning/features/feature-extractor.js';
import type { LabelledFeatureMatrix } from '../../learning/transferability/labelled-feature-matrix.js';
import type { SplitPictures } from '../../plugins/run/split-pictures.js';
import { onlyOutputs } from './open-network.js';

export interface CutFeaturesInput {
  extractor: FeatureExtractor;
  pictures: Pick<SplitPictures, 'source' | 'labels'>;
  cache: FeatureCache;
  /** What the features of all cuts may take together; above it they are read one cut at a time. */
  memoryBytes: number;
  signal: AbortSignal;
  progress(done: number, total: number): void;
  log(message: string): void;
}

/** Features of some pictures at the cuts of a network. */
export interface CutFeatures {
  /** At one of the extractor's cuts. Held by whoever asked only, where memory does not hold all. */
  at(cut: number): Promise<LabelledFeatureMatrix>;
}

/**
 * Computes what the cache does not have of the features at all cuts, in one pass over the pictures, and keeps it there.
 *
 * @throws ZooError IMAGE_UNREADABLE; UnusableNetwork; `signal.reason` when aborted
 */
export async function readCutFeatures(input: CutFeaturesInput): Promise<CutFeatures> {
  const { extractor, pictures, cache, memoryBytes, signal, progress, log } = input;
  const { source, labels } = pictures;
  const options = { signal, progress, log };
  if (estimateCacheBytes({ extractor, count: source.count }) <= memoryBytes) {
    const matrices = await cache.complete(extractor, source, options);
    return {
      at: (cut) => {
        const matrix = matrices[cut];
        if (matrix === undefined) throw new RangeError(`there is no cut ${cut}`);
        return Promise.resolve({ ...matrix, labels });
      },
    };
  }
  await cache.complete(extractor, source, { ...options, keptAlongside: extractor.cuts.length });
  return {
    async at(cut) {
      const [matrix] = await cache.complete(onlyOutputs(extractor, [cut]), source, { signal, log });
      if (matrix === undefined) throw new RangeError(`there is no cut ${cut}`);
      return { ...matrix, labels };
    },
  };
}
