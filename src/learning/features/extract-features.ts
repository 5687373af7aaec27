import type { ImageSource } from '../images/image-source.js';
import type { ImageRunOptions } from '../images/run-on-images.js';
import { computeFeatures, type FeatureMatrix } from './compute-features.js';
import type { FeatureCache } from './feature-cache.js';
import type { FeatureExtractor } from './feature-extractor.js';

export interface ExtractOptions extends ImageRunOptions {
  /** Rows found there are not computed again; rows computed are kept there. The source must know its digests. */
  cache?: FeatureCache;
  /** How many of the extractor's cuts, the last ones, only the cache is to have: for a training to come. */
  keptAlongside?: number;
  /** Told when a damaged or wrong part of the cache is thrown away. */
  log?(message: string): void;
}

/**
 * Turns pictures into features at every cut of the extractor. Pictures are decoded while the network runs on those
 * before them.
 *
 * @throws ZooError IMAGE_UNREADABLE; `signal.reason` when aborted.
 */
export async function extractFeatures(
  extractor: FeatureExtractor,
  source: ImageSource,
  { cache, keptAlongside, log, ...options }: ExtractOptions = {},
): Promise<FeatureMatrix[]> {
  const { sha256 } = source;
  if (cache !== undefined && sha256 !== undefined) {
    return cache.complete(extractor, { ...source, sha256 }, { ...options, keptAlongside, log });
  }
  const all = Array.from({ length: source.count }, (_, index) => index);
  return computeFeatures(extractor, source, all, options);
}
