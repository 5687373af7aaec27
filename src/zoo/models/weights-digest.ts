import { filesDigest } from './insert-model-version.js';

/**
 * Digest of a model's weights alone, the files that end in `.bin`: a network keeps it where its card, its labels or its input
 * size change.
 *
 * @returns undefined where there are none
 */
export function weightsDigest(files: readonly { path: string; sha256: string }[]): string | undefined {
  const weights = files.filter(({ path }) => path.endsWith('.bin'));
  return weights.length === 0 ? undefined : filesDigest(weights);
}
