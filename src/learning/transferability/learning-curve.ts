import type { Candidate } from '../linear/choose-c.js';
import { crossValidatedProbe, type ProbeOptions } from './cross-validated-probe.js';
import type { LabelledFeatureMatrix } from './labelled-feature-matrix.js';
import { stratifiedSubset } from './stratified-subset.js';

/** How well the probe does with some of the pictures. */
export interface LearningCurvePoint {
  pictures: number;
  /** Of held-out pictures, in [0, 1]. */
  accuracy: number;
  standardError: number;
}

export interface LearningCurve {
  /** Fewest pictures first. */
  points: LearningCurvePoint[];
  /** Accuracy gained by the last doubling of the pictures; below 0 where more of them did harm, or by chance. */
  gainPerDoubling: number;
}

export interface LearningCurveOptions extends ProbeOptions {
  /** The probe of all pictures, where it is known: the same seed and number of classes. */
  all?: Pick<Candidate, 'accuracy' | 'standardError'>;
}

/** Parts of the pictures, each twice the one before. */
const shares = [0.25, 0.5, 1];

/**
 * How the linear probe gains from more pictures: its cross-validated accuracy with a quarter, half and all of them, in
 * nested stratified parts. Where the gain per doubling is large, more pictures or a classifier that learns more from them
 * would pay; where it is near 0, the features are what limits.
 *
 * It tells about the linear probe on these features only: a network that trains may gain on where this stops. With few
 * pictures the points are noisy, see their standard errors, and a class of one picture counts in no part that has only one
 * of it.
 *
 * @returns null where fewer than two parts can be cross-validated
 * @throws ZooError TRAINING_MEMORY_INSUFFICIENT, FEATURES_NOT_FINITE
 * @see Cortes et al., "Learning Curves: Asymptotic Values and Rate of Convergence", 1993
 */
export async function learningCurve(
  features: LabelledFeatureMatrix,
  { all, ...options }: LearningCurveOptions,
): Promise<LearningCurve | null> {
  const order = stratifiedSubset(features.labels, features.rows, options.seed);
  const points: LearningCurvePoint[] = [];
  for (const share of shares) {
    const pictures = Math.round(share * features.rows);
    if (pictures === 0) continue;
    const probe =
      share === 1
        ? (all ?? (await crossValidatedProbe(features, options)))
        : await crossValidatedProbe(selectRows(features, order.slice(0, pictures)), options);
    if (probe !== null) {
      points.push({ pictures, accuracy: probe.accuracy, standardError: probe.standardError });
    }
  }
  const [before, last] = points.slice(-2);
  if (before === undefined || last === undefined) return null;
  const doublings = Math.log2(last.pictures / before.pictures);
  return { points, gainPerDoubling: (last.accuracy - before.accuracy) / doublings };
}

/** Some rows, in their order in the whole. */
function selectRows(
  { featureDim, data, labels }: LabelledFeatureMatrix,
  rows: readonly number[],
): LabelledFeatureMatrix {
  const sorted = [...rows].sort((a, b) => a - b);
  const selected = new Float32Array(sorted.length * featureDim);
  sorted.forEach((row, at) =>
    selected.set(data.subarray(row * featureDim, (row + 1) * featureDim), at * featureDim),
  );
  return {
    rows: sorted.length,
    featureDim,
    data: selected,
    labels: Int32Array.from(sorted, (row) => labels[row] as number),
  };
}
