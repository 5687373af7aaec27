import type { ImageSource } from '../images/image-source.js';
import { runOnImages, type ImageRunOptions } from '../images/run-on-images.js';
import type { FeatureExtractor } from './feature-extractor.js';

/** Features of several pictures, row i for picture i. */
export interface FeatureMatrix {
  rows: number;
  featureDim: number;
  /** float32 [rows, featureDim], row-major. */
  data: Float32Array;
}

/** Computes the features of some pictures, in the order of `indices`, without looking at any cache. */
export async function computeFeatures(
  extractor: FeatureExtractor,
  source: ImageSource,
  indices: readonly number[],
  options: ImageRunOptions = {},
): Promise<FeatureMatrix[]> {
  const matrices = extractor.cuts.map(({ featureDim }) => ({
    rows: indices.length,
    featureDim,
    data: new Float32Array(indices.length * featureDim),
  }));
  await runOnImages(
    (pixels, count) => extractor.run(pixels, count),
    source,
    indices,
    extractor.input,
    options,
    (rows, start) => {
      matrices.forEach((matrix, cut) => {
        const part = rows[cut];
        if (part !== undefined) matrix.data.set(part, start * matrix.featureDim);
      });
    },
  );
  return matrices;
}
