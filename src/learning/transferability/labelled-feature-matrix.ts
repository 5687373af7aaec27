import type { FeatureMatrix } from '../features/compute-features.js';
import { featureNotFinite } from '../features/feature-not-finite.js';

/** Features of several pictures with their labels, row i for picture i. */
export interface LabelledFeatureMatrix extends FeatureMatrix {
  /** int32 [rows], positions in a list of classes. */
  labels: Int32Array;
}

/** What the scores of one feature matrix have in common. */
export interface ScoreOptions {
  /** Threads for matrix products. */
  threads: number;
  /** Aborting throws the signal's reason within a product or two. */
  signal?: AbortSignal;
}

/** The classes that a matrix has rows of, numbered anew without gaps. */
export interface PresentClasses {
  /** int32 [rows]. */
  labels: Int32Array;
  /** Rows of each class, at least 1. */
  sizes: number[];
}

/**
 * The classes of a matrix that scores can be taken of. Undefined where it teaches nothing about classes: there are fewer
 * than two, or none has two rows.
 *
 * @throws ZooError FEATURES_NOT_FINITE
 */
export function presentClasses(features: LabelledFeatureMatrix): PresentClasses | undefined {
  requireShape(features);
  requireFiniteFeatures(features);
  const numbers = new Map<number, number>();
  const sizes: number[] = [];
  const labels = features.labels.map((label) => {
    const number = numbers.get(label) ?? sizes.length;
    numbers.set(label, number);
    sizes[number] = (sizes[number] ?? 0) + 1;
    return number;
  });
  return sizes.length >= 2 && sizes.some((size) => size >= 2) ? { labels, sizes } : undefined;
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
