import type { PictureView } from '../images/decode-pictures.js';
import { computeFeatures } from './compute-features.js';
import type { CacheOptions, DigestedSource } from './feature-cache.js';
import type { FeatureExtractor } from './feature-extractor.js';
import { decodeRows } from './row-encoding.js';
import type { RowStore } from './row-store.js';

/** Pictures recomputed on reuse: first, middle, last. */
const samples = [0, 0.5, 1];
/** How far a recomputed row may be off, relative to the largest value in it: sums in another order, half precision. */
const tolerance = 1e-3;

/** Compares a few rows that are known already with what the network gives for their pictures now. */
export async function sampleHoldsTrue(
  extractor: FeatureExtractor,
  source: DigestedSource,
  { view, stores }: { view?: PictureView; stores: readonly RowStore[] },
  { signal }: CacheOptions,
): Promise<boolean> {
  const known = Array.from({ length: source.count }, (_, index) => index).filter((index) =>
    stores.every((store) => store.has(source.sha256(index))),
  );
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

function nearlyEqual(kept: Float32Array, fresh: Float32Array): boolean {
  const largest = fresh.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
  return fresh.every((value, i) => Math.abs(value - (kept[i] ?? NaN)) <= tolerance * (largest + 1e-6));
}
