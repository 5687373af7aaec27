import type { FeatureMatrix } from '../features/compute-features.js';
import { featureNotFinite } from '../features/feature-not-finite.js';

/** Features of several pictures with their labels, row i for picture i. */
export interface LabelledFeatureMatrix extends FeatureMatrix {
  /** int32 [rows], positions in a list of classes. */
  labels: Int32Array;
}

/** What the scores of one feature matrix have in common. */
export interface ScoreOptions {
  threads: number;
  /** Aborting throws the signal's reason within a product or two. */
  signal?: AbortSignal;
}

/**
 * Rows of every class, for a matrix that the scores can work on. Undefined where it teaches nothing about classes: there
 * are fewer than two, or none has two rows.
 *
 * @throws ZooError FEATURES_NOT_FINITE
 */
export function comparableClassSizes(features: LabelledFeatureMatrix): Int32Array | undefined {
  requireShape(features);
  requireFiniteFeatures(features);
  const sizes = new Int32Array(features.labels.reduce((most, label) => Math.max(most, label), -1) + 1);
  for (const label of features.labels) sizes[label] = (sizes[label] as number) + 1;
  const present = sizes.filter((size) => size > 0).length;
  return present >= 2 && sizes.some((size) => size >= 2) ? sizes : undefined;
}

/** @throws ZooError FEATURES_NOT_FINITE */
export function requireFiniteFeatures({ data, featureDim }: FeatureMatrix): void {
  for (let at = 0; at < data.length; at++) {
    if (!Number.isFinite(data[at])) throw featureNotFinite(at % featureDim);
  }
}

function requireShape({ rows, featureDim, data, labels }: LabelledFeatureMatrix): void {
  if (data.length !== rows * featureDim || labels.length !== rows) {
    throw new RangeError(
      `${data.length} numbers and ${labels.length} labels are not ${rows} rows of ${featureDim} features`,
    );
  }
  const unknown = labels.find((label) => label < 0);
  if (unknown !== undefined) throw new RangeError(`${unknown} is no position in a list of classes`);
}
