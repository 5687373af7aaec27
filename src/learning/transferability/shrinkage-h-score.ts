import type { FeatureMatrix } from '../features/compute-features.js';
import { invertCholeskyFactor } from '../linear/cholesky.js';
import { MatrixProducts, type Matrix } from '../linear/matrix-products.js';
import { channelStatistics } from './channel-statistics.js';
import { allocateFloat64, gramMatrix, traceOf } from './gram-matrix.js';
import {
  presentClasses,
  type LabelledFeatureMatrix,
  type PresentClasses,
  type ScoreOptions,
} from './labelled-feature-matrix.js';

/** Least shrinkage that is inverted with: the covariance alone may have no inverse. */
const leastShrinkage = 1e-9;

/**
 * Shrinkage H-score: how much of the features' variance, every direction measured in its own spread, is variance between
 * class means. tr(Σ_α⁻¹ · (1 − α) · Σ_z) with Σ_z the covariance of the class means, each counted as often as the class has
 * pictures, Σ_α = (1 − α) Σ + α·σ·I the covariance of the features drawn towards a multiple of the identity, and α chosen
 * by the formula of Ledoit and Wolf, which makes the score stable with more features than pictures.
 *
 * In [0, classes − 1]; larger is better. Scores of data sets with different numbers of classes do not compare. It sees
 * what linear classifiers see, one covariance for all classes, and its noise grows with featureDim / rows.
 *
 * Cost: n² · (rows + featureDim + n) operations in float64 for n the smaller of rows and featureDim.
 *
 * @returns null where it cannot be said: fewer than two classes, or none with two pictures
 * @throws ZooError FEATURES_NOT_FINITE
 * @see Ibrahim, Ponomareva & Mazumder, "Newer is not always better: Rethinking transferability metrics, their peculiarities,
 *   stability and performance", 2021, section 3 (covariances here are all divided by the number of rows)
 * @see Ledoit & Wolf, "A well-conditioned estimator for large-dimensional covariance matrices", 2004, section 3
 */
export async function shrinkageHScore(
  features: LabelledFeatureMatrix,
  { threads, signal }: ScoreOptions,
): Promise<number | null> {
  const classes = presentClasses(features);
  if (classes === undefined) return null;
  const { mean } = channelStatistics(features);
  const products = new MatrixProducts(threads);
  try {
    const gram = await gramMatrix(products, features, mean, signal);
    const { shrinkage, target } = ledoitWolfShrinkage(gram.matrix, features, mean);
    if (target === 0 || shrinkage >= 1) return 0;
    signal?.throwIfAborted();
    const inverse = await invertShrunk(products, gram.matrix, features.rows, shrinkage, target);
    signal?.throwIfAborted();
    const between =
      gram.over === 'features'
        ? await overFeatures(products, inverse, classMeans(features, classes, mean))
        : await overRows(products, inverse, gram.matrix, classAverages(classes));
    return (1 - shrinkage) * between;
  } finally {
    await products.release();
  }
}

/**
 * How far to draw a covariance towards a multiple of the identity (shrinkage, in [0, 1]) and which multiple (target, the
 * mean variance of a feature).
 *
 * @param gram float64, X·Xᵀ or XᵀX of the centred features
 */
function ledoitWolfShrinkage(
  gram: Matrix<'float64'>,
  { rows, featureDim, data }: FeatureMatrix,
  mean: ArrayLike<number>,
): { shrinkage: number; target: number } {
  const target = traceOf(gram) / rows / featureDim;
  let norm = 0;
  for (const value of gram.data) norm += value * value;
  norm /= rows * rows;
  let fourth = 0;
  for (let row = 0; row < rows; row++) {
    let square = 0;
    for (let j = 0; j < featureDim; j++) {
      square += ((data[row * featureDim + j] as number) - (mean[j] as number)) ** 2;
    }
    fourth += square * square;
  }
  const dispersion = norm / featureDim - target * target;
  const error = (fourth / rows - norm) / rows / featureDim;
  return { shrinkage: dispersion > 0 ? Math.max(0, Math.min(1, error / dispersion)) : 0, target };
}

/** L⁻¹ for (1 − α)/rows · gram + α·target·I = L·Lᵀ. */
async function invertShrunk(
  products: MatrixProducts,
  gram: Matrix<'float64'>,
  rows: number,
  shrinkage: number,
  target: number,
): Promise<Matrix<'float64'>> {
  const shrunk = { ...gram, data: gram.data.map((value) => ((1 - shrinkage) / rows) * value) };
  for (let ridge = Math.max(shrinkage, leastShrinkage) * target, added = 0; ; ridge *= 10) {
    for (let at = 0; at < shrunk.data.length; at += gram.rows + 1) {
      shrunk.data[at] = (shrunk.data[at] as number) + ridge - added;
    }
    added = ridge;
    const inverse = await invertCholeskyFactor(products, shrunk);
    if (inverse !== undefined) return inverse;
  }
}

/** tr(M · Σ_α⁻¹ · Mᵀ) for class means M, a row per class. */
async function overFeatures(
  products: MatrixProducts,
  inverse: Matrix<'float64'>,
  means: Matrix<'float64'>,
): Promise<number> {
  const whitened = allocateFloat64(means.rows, means.columns);
  await products.multiply<'float64'>('right-transposed', means, inverse, whitened);
  return whitened.data.reduce((sum, value) => sum + value * value, 0);
}

/** The same for M = A·X without a matrix of features: tr(A · K · K_α⁻¹ · Aᵀ) with K = X·Xᵀ. */
async function overRows(
  products: MatrixProducts,
  inverse: Matrix<'float64'>,
  gram: Matrix<'float64'>,
  averages: Matrix<'float64'>,
): Promise<number> {
  const half = allocateFloat64(averages.rows, averages.columns);
  const solved = allocateFloat64(averages.rows, averages.columns);
  await products.multiply<'float64'>('right-transposed', averages, inverse, half);
  await products.multiply<'float64'>('plain', half, inverse, solved);
  await products.multiply<'float64'>('plain', averages, gram, half);
  return solved.data.reduce((sum, value, at) => sum + value * (half.data[at] as number), 0);
}

/** float64 [classes, rows]: times the features, this is each class mean times √(share of the class). */
function classAverages({ labels, sizes }: PresentClasses): Matrix<'float64'> {
  const averages = allocateFloat64(sizes.length, labels.length);
  labels.forEach((label, row) => {
    averages.data[label * labels.length + row] = 1 / Math.sqrt((sizes[label] as number) * labels.length);
  });
  return averages;
}

/** float64 [classes, featureDim]: each class mean, from the common mean on, times √(share of the class). */
function classMeans(
  { rows, featureDim, data }: FeatureMatrix,
  { labels, sizes }: PresentClasses,
  mean: ArrayLike<number>,
): Matrix<'float64'> {
  const means = allocateFloat64(sizes.length, featureDim);
  for (let row = 0; row < rows; row++) {
    const label = labels[row] as number;
    const weight = 1 / Math.sqrt((sizes[label] as number) * rows);
    for (let j = 0; j < featureDim; j++) {
      const at = label * featureDim + j;
      const centred = (data[row * featureDim + j] as number) - (mean[j] as number);
      means.data[at] = (means.data[at] as number) + weight * centred;
    }
  }
  return means;
}
