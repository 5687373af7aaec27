import { setImmediate } from 'node:timers/promises';
import type { LabelledFeatures } from 'modelzoo/plugin';

export interface RidgeOptions {
  numClasses: number;
  /** In units of the mean variance of a feature. */
  penalty: number;
  signal: AbortSignal;
  progress(done: number, total: number): void;
}

/** Scores of all classes: features · weights + bias. */
export interface RidgeSolution {
  /** float32 [featureDim, numClasses], row-major. */
  weights: Float32Array;
  /** float32 [numClasses]. */
  bias: Float32Array;
  /** On the training pictures, mean over pictures and classes. */
  meanSquaredError: number;
}

/**
 * Ridge regression from features X to targets Y, which are 1 for a picture's class and 0 for the others:
 * W = (XᵀX + λI)⁻¹ XᵀY with X and Y centred, so that the bias is not held down.
 *
 * @throws the signal's reason, when it is aborted
 * @see Hastie, Tibshirani and Friedman, "The Elements of Statistical Learning", 2009, equation 3.44
 */
export async function solveRidge(
  { rows, featureDim, data, labels }: LabelledFeatures,
  { numClasses, penalty, signal, progress }: RidgeOptions,
): Promise<RidgeSolution> {
  const mean = columnMeans(data, rows, featureDim);
  const share = new Float64Array(numClasses);
  for (const label of labels) share[label] += 1 / rows;

  const covariance = new Float64Array(featureDim * featureDim);
  const targets = new Float64Array(featureDim * numClasses);
  const picture = new Float64Array(featureDim);
  for (let row = 0; row < rows; row++) {
    if (row % 32 === 0) {
      // Lets the process hear that it is to stop.
      await setImmediate();
      signal.throwIfAborted();
      progress(row, rows);
    }
    for (let i = 0; i < featureDim; i++) picture[i] = data[row * featureDim + i] - mean[i];
    for (let i = 0; i < featureDim; i++) {
      const value = picture[i] / rows;
      for (let j = 0; j <= i; j++) covariance[i * featureDim + j] += value * picture[j];
      targets[i * numClasses + labels[row]] += value;
    }
  }
  progress(rows, rows);

  let variance = 0;
  for (let i = 0; i < featureDim; i++) variance += covariance[i * featureDim + i] / featureDim;
  // Pictures that are all alike leave nothing to solve; any number above zero keeps the equation soluble.
  const lambda = penalty * variance || 1;
  for (let i = 0; i < featureDim; i++) covariance[i * featureDim + i] += lambda;

  const weights = targets.slice();
  solvePositiveDefinite(covariance, weights, featureDim, numClasses);
  const bias = share.slice();
  for (let i = 0; i < featureDim; i++) {
    for (let k = 0; k < numClasses; k++) bias[k] -= mean[i] * weights[i * numClasses + k];
  }
  const solution = { weights: Float32Array.from(weights), bias: Float32Array.from(bias) };
  return { ...solution, meanSquaredError: squaredError({ rows, featureDim, data, labels }, solution, numClasses) };
}

function columnMeans(data: Float32Array, rows: number, featureDim: number): Float64Array {
  const mean = new Float64Array(featureDim);
  for (let at = 0; at < data.length; at++) mean[at % featureDim] += data[at] / rows;
  return mean;
}

/**
 * Solves A·X = B in place of B. A is symmetric and positive definite, [size, size], of which the lower half is read and
 * overwritten with its Cholesky factor; B is [size, columns].
 */
function solvePositiveDefinite(A: Float64Array, B: Float64Array, size: number, columns: number): void {
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = A[i * size + j];
      for (let k = 0; k < j; k++) sum -= A[i * size + k] * A[j * size + k];
      A[i * size + j] = i === j ? Math.sqrt(sum) : sum / A[j * size + j];
    }
  }
  for (let column = 0; column < columns; column++) {
    for (let i = 0; i < size; i++) {
      for (let k = 0; k < i; k++) B[i * columns + column] -= A[i * size + k] * B[k * columns + column];
      B[i * columns + column] /= A[i * size + i];
    }
    for (let i = size - 1; i >= 0; i--) {
      for (let k = i + 1; k < size; k++) B[i * columns + column] -= A[k * size + i] * B[k * columns + column];
      B[i * columns + column] /= A[i * size + i];
    }
  }
}

function squaredError(
  { rows, featureDim, data, labels }: LabelledFeatures,
  { weights, bias }: Pick<RidgeSolution, 'weights' | 'bias'>,
  numClasses: number,
): number {
  let sum = 0;
  for (let row = 0; row < rows; row++) {
    for (let k = 0; k < numClasses; k++) {
      let score = bias[k];
      for (let i = 0; i < featureDim; i++) score += data[row * featureDim + i] * weights[i * numClasses + k];
      sum += (score - (labels[row] === k ? 1 : 0)) ** 2;
    }
  }
  return sum / (rows * numClasses);
}
