import { featureNotFinite } from '../features/feature-not-finite.js';
import { allocateMatrix, type Matrix } from './matrix-products.js';

/** Features as the solver wants them, and the way back. */
export interface StandardizedFeatures {
  /** float32 [rows, featureDim + 1]: centred and scaled; the last column is 1, its weight is the bias. */
  matrix: Matrix;
  /** float64 [featureDim], subtracted. */
  mean: Float64Array;
  /** float64 [featureDim], multiplied with after subtracting the mean; 0 for a feature that never changes. */
  scale: Float64Array;
}

/**
 * Centres every feature, divides it by its standard deviation and all of them by √featureDim, so that a typical row
 * has length 1 and a value of C means the same for any network and any cut.
 *
 * @param data float32 [rows, featureDim], row-major
 * @throws ZooError FEATURES_NOT_FINITE
 */
export function standardizeFeatures(
  data: Float32Array,
  rows: number,
  featureDim: number,
): StandardizedFeatures {
  const { mean, deviation } = columnStatistics(data, rows, featureDim);
  requireFinite(deviation);
  const floor = deviationFloor(deviation);
  const scale = deviation.map((value) =>
    value > 0 ? 1 / (Math.max(value, floor) * Math.sqrt(featureDim)) : 0,
  );
  const matrix = allocateMatrix(rows, featureDim + 1);
  for (let row = 0; row < rows; row++) {
    const from = row * featureDim;
    const to = row * (featureDim + 1);
    for (let j = 0; j < featureDim; j++) {
      matrix.data[to + j] = ((data[from + j] as number) - (mean[j] as number)) * (scale[j] as number);
    }
    matrix.data[to + featureDim] = 1;
  }
  return { matrix, mean, scale };
}

/**
 * Turns weights for standardised features into weights and bias for the raw ones, so that what is exported is a plain
 * Dense layer.
 *
 * @param solved float32 [classes, featureDim + 1], a row per class, the bias last
 * @returns weights float32 [featureDim, classes], bias float32 [classes]
 */
export function foldStandardization(
  solved: Matrix,
  { mean, scale }: StandardizedFeatures,
): { weights: Float32Array; bias: Float32Array } {
  const featureDim = mean.length;
  const classes = solved.rows;
  const weights = new Float32Array(featureDim * classes);
  const bias = new Float32Array(classes);
  for (let k = 0; k < classes; k++) {
    const row = solved.data.subarray(k * solved.columns, (k + 1) * solved.columns);
    let shift = row[featureDim] as number;
    for (let j = 0; j < featureDim; j++) {
      const weight = Math.fround((row[j] as number) * (scale[j] as number));
      weights[j * classes + k] = weight;
      shift -= (mean[j] as number) * weight;
    }
    bias[k] = shift;
  }
  return { weights, bias };
}

/** Two passes: E[x²] − E[x]² loses all digits where the mean is large. */
function columnStatistics(data: Float32Array, rows: number, columns: number) {
  const mean = new Float64Array(columns);
  for (let row = 0; row < rows; row++) {
    for (let j = 0; j < columns; j++) mean[j] = (mean[j] as number) + (data[row * columns + j] as number);
  }
  for (let j = 0; j < columns; j++) mean[j] = (mean[j] as number) / rows;
  const deviation = new Float64Array(columns);
  for (let row = 0; row < rows; row++) {
    for (let j = 0; j < columns; j++) {
      const centred = (data[row * columns + j] as number) - (mean[j] as number);
      deviation[j] = (deviation[j] as number) + centred * centred;
    }
  }
  for (let j = 0; j < columns; j++) deviation[j] = Math.sqrt((deviation[j] as number) / rows);
  return { mean, deviation };
}

function requireFinite(deviation: Float64Array): void {
  const at = deviation.findIndex((value) => !Number.isFinite(value));
  if (at < 0) return;
  throw featureNotFinite(at);
}

/** A unit that fires for one picture in a thousand must not count as much as the others: noise would drown them. */
function deviationFloor(deviation: Float64Array): number {
  const squares = deviation.reduce((sum, value) => sum + value * value, 0);
  return 0.05 * Math.sqrt(squares / deviation.length);
}
