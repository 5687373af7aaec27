import type { FeatureMatrix } from '../features/compute-features.js';
import type { Matrix, MatrixProducts } from '../linear/matrix-products.js';

/** Rows that are there in float64 at one time. */
const blockRows = 1024;

/**
 * Products of the features with each other in float64, over the smaller side of the matrix X: XᵀX [featureDim, featureDim]
 * or, with more features than rows, X·Xᵀ [rows, rows]. Both have the same eigenvalues but for zeros.
 *
 * @param centre float64 [featureDim], subtracted from every row
 */
export async function gramMatrix(
  products: MatrixProducts,
  features: FeatureMatrix,
  centre: ArrayLike<number> | undefined,
  signal?: AbortSignal,
): Promise<{ over: 'rows' | 'features'; matrix: Matrix<'float64'> }> {
  const { rows, featureDim } = features;
  if (rows < featureDim) {
    const matrix = allocateFloat64(rows, rows);
    const all = centredRows(features, centre, 0, rows);
    await products.multiply('right-transposed', all, all, matrix);
    return { over: 'rows', matrix };
  }
  const matrix = allocateFloat64(featureDim, featureDim);
  const part = allocateFloat64(featureDim, featureDim);
  for (let first = 0; first < rows; first += blockRows) {
    signal?.throwIfAborted();
    const block = centredRows(features, centre, first, Math.min(blockRows, rows - first));
    await products.multiply('left-transposed', block, block, part);
    for (let at = 0; at < part.data.length; at++) {
      matrix.data[at] = (matrix.data[at] as number) + (part.data[at] as number);
    }
  }
  return { over: 'features', matrix };
}

export function allocateFloat64(rows: number, columns: number): Matrix<'float64'> {
  return { rows, columns, data: new Float64Array(rows * columns) };
}

/** The sum of the diagonal of a square matrix. */
export function traceOf({ rows, data }: Matrix<'float64'>): number {
  let trace = 0;
  for (let row = 0; row < rows; row++) trace += data[row * rows + row] as number;
  return trace;
}

function centredRows(
  { featureDim, data }: FeatureMatrix,
  centre: ArrayLike<number> | undefined,
  first: number,
  rows: number,
): Matrix<'float64'> {
  const block = allocateFloat64(rows, featureDim);
  for (let row = 0; row < rows; row++) {
    const from = (first + row) * featureDim;
    const to = row * featureDim;
    for (let j = 0; j < featureDim; j++) {
      block.data[to + j] = (data[from + j] as number) - (centre === undefined ? 0 : (centre[j] as number));
    }
  }
  return block;
}
