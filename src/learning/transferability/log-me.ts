import type { FeatureMatrix } from '../features/compute-features.js';
import { MatrixProducts, type Matrix } from '../linear/matrix-products.js';
import { allocateFloat64, gramMatrix, traceOf } from './gram-matrix.js';
import {
  presentClasses,
  type LabelledFeatureMatrix,
  type PresentClasses,
  type ScoreOptions,
} from './labelled-feature-matrix.js';
import { MaximumEvidence } from './maximum-evidence.js';
import { tridiagonalize } from './tridiagonal.js';

/**
 * LogME: the log of how probable the labels are to a Bayesian linear regression on the features, at the best prior, per
 * picture. Each class in turn is the target (1 for its pictures, 0 for all others) of weights w ~ N(0, α⁻¹) and noise
 * N(0, β⁻¹); α and β are chosen to maximise the probability of all labels, weights integrated out; the mean over classes is
 * returned. Where a regression fits by memorising, the probability is low: unlike a training error it cannot be made good
 * by more features.
 *
 * Larger is better; any real number, usually between −1 and 2. It grows with the number of classes, since rare targets are
 * near 0 all over, so only models on the same pictures compare. Labels are treated as numbers with normal noise, and the
 * features as they are, without an offset: it is a score to rank by and no probability of being right.
 *
 * The maximum is found by the fixed-point iteration of the 2021 journal version. That takes a singular value decomposition
 * once; here a tridiagonal form of XᵀX or X·Xᵀ, which gives the same numbers for less. With more features than pictures the
 * authors' program counts directions in which no picture lies as evidence, which a probability must not: there the numbers
 * differ by that.
 *
 * Cost: n² · (rows + featureDim + 2n) operations in float64 for n the smaller of rows and featureDim, 2n³ of them on one
 * core, and about 200n per class.
 *
 * @returns null where it cannot be said: fewer than two classes, or none with two pictures
 * @throws ZooError FEATURES_NOT_FINITE
 * @see You et al., "LogME: Practical Assessment of Pre-trained Models for Transfer Learning", 2021, section 4, algorithm 1
 * @see You et al., "Ranking and Tuning Pre-trained Models: A New Paradigm for Exploiting Model Hubs", 2022, algorithm 3 (the
 *   fixed point)
 * @see MacKay, "Bayesian Interpolation", 1992, section 4 (the updates of α and β)
 */
export async function logMe(
  features: LabelledFeatureMatrix,
  { threads, signal }: ScoreOptions,
): Promise<number | null> {
  const classes = presentClasses(features);
  if (classes === undefined) return null;
  const products = new MatrixProducts(threads);
  try {
    const { over, matrix } = await gramMatrix(products, features, undefined, signal);
    signal?.throwIfAborted();
    const energy = traceOf(matrix);
    const targets = over === 'rows' ? indicators(classes) : sumsOfClasses(features, classes);
    const form = tridiagonalize(matrix, targets);
    const regression = new MaximumEvidence(form, over, features.rows, energy);
    let sum = 0;
    classes.sizes.forEach((size, label) => {
      const target = targets.data.subarray(label * targets.columns, (label + 1) * targets.columns);
      sum += regression.logEvidence(target, size);
    });
    return sum / classes.sizes.length / features.rows;
  } finally {
    await products.release();
  }
}

/** float64 [classes, rows]: 1 for the pictures of a class, 0 for all others. */
function indicators({ labels, sizes }: PresentClasses): Matrix<'float64'> {
  const targets = allocateFloat64(sizes.length, labels.length);
  labels.forEach((label, row) => (targets.data[label * labels.length + row] = 1));
  return targets;
}

/** The same times the features, float64 [classes, featureDim]: the sum of the features of each class. */
function sumsOfClasses(
  { featureDim, data }: FeatureMatrix,
  { labels, sizes }: PresentClasses,
): Matrix<'float64'> {
  const sums = allocateFloat64(sizes.length, featureDim);
  labels.forEach((label, row) => {
    const to = label * featureDim;
    const from = row * featureDim;
    for (let j = 0; j < featureDim; j++) {
      sums.data[to + j] = (sums.data[to + j] as number) + (data[from + j] as number);
    }
  });
  return sums;
}
