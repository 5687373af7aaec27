import { augmentationVersion, isNeutral } from '../images/augmentation.js';
import type { PictureView } from '../images/decode-pictures.js';
import { hashBytes } from '../sha256.js';
import type { ExtractedCut } from './feature-extractor.js';
import type { RowType } from './row-encoding.js';

/** What the rows of a part of the cache are. */
export interface RowKind {
  /** Digest of everything they depend on besides the picture. */
  key: string;
  featureDim: number;
  dtype: RowType;
}

/**
 * How rows at a cut are kept as training data: maps, which are large, as float16, vectors as float32. The plain view of
 * a vector is what every other user of the cache means by its features, under the same key.
 */
export function rowKind(
  { key, shape, featureDim }: ExtractedCut,
  { augmentation, view, seed = 0 }: PictureView,
): RowKind {
  const dtype = rowType(shape);
  const isPlain = view === 0 || isNeutral(augmentation);
  if (isPlain && dtype === 'float32') return { key, featureDim, dtype };
  const varied = isPlain ? undefined : { augmentationVersion, augmentation, view, seed };
  return { key: hashBytes(JSON.stringify({ key, dtype, varied })), featureDim, dtype };
}

export function rowType(shape: number[]): RowType {
  return shape.length > 1 ? 'float16' : 'float32';
}
