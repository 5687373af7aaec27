import { imageBatches } from '../images/image-batches.js';
import type { ImageSource } from '../images/image-source.js';
import type { FeatureExtractor } from './feature-extractor.js';

/** Features of several pictures, row i for picture i. */
export interface FeatureMatrix {
  rows: number;
  featureDim: number;
  /** float32 [rows, featureDim], row-major. */
  data: Float32Array;
}

export interface ComputeOptions {
  /** Pictures per run of the network. */
  batchSize?: number;
  signal?: AbortSignal;
  /** Called with pictures done so far, and all. */
  progress?(done: number, total: number): void;
}

/** Computes the features of some pictures, in the order of `indices`, without looking at any cache. */
export async function computeFeatures(
  extractor: FeatureExtractor,
  source: ImageSource,
  indices: readonly number[],
  { batchSize = 32, signal, progress }: ComputeOptions = {},
): Promise<FeatureMatrix[]> {
  const matrices = extractor.cuts.map(({ featureDim }) => ({
    rows: indices.length,
    featureDim,
    data: new Float32Array(indices.length * featureDim),
  }));
  for await (const batch of imageBatches(source, indices, extractor.input, { batchSize, signal })) {
    const results = await extractor.run(batch.pixels, batch.count);
    matrices.forEach((matrix, index) => {
      const rows = results[index];
      if (rows !== undefined) matrix.data.set(rows, batch.start * matrix.featureDim);
    });
    progress?.(batch.start + batch.count, indices.length);
  }
  return matrices;
}
