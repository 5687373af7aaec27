import { invertCholeskyFactor } from './cholesky.js';
import { allocateMatrix, type Matrix, type MatrixProducts } from './matrix-products.js';

/** A problem with fewer features that has the same solution. */
export interface RowSpace {
  /** float32 [rows, rows]: every row in an orthonormal basis of the space that the rows span. */
  matrix: Matrix;
  /** Weights float32 [columns, rows] for `matrix` → weights float32 [columns, features] for the original. */
  expand(weights: Matrix): Promise<Matrix>;
}

/**
 * With more features than rows the solution of an L2-regularised linear problem is a combination of the rows
 * (representer theorem), so it can be found among as many features as there are rows: X = L·Q with L the Cholesky
 * factor of X·Xᵀ and Q orthonormal.
 *
 * @param features float32 [rows, features]
 * @see Hastie & Tibshirani, "Efficient quadratic regularization for expression arrays", 2004, section 2
 */
export async function reduceToRowSpace(
  products: MatrixProducts,
  features: Matrix,
  signal?: AbortSignal,
): Promise<RowSpace> {
  const { rows, columns } = features;
  const gram = allocateMatrix(rows, rows);
  await products.multiply('right-transposed', features, features, gram);
  signal?.throwIfAborted();
  let trace = 0;
  for (let row = 0; row < rows; row++) trace += gram.data[row * rows + row] as number;
  const inverse = await invertWithJitter(products, gram, trace / rows);
  // X·Qᵀ with Q = L⁻¹·X: L itself but for the jitter, and exactly what the expanded weights see.
  const half: Matrix = { rows, columns: rows, data: Float32Array.from(inverse.data) };
  const factor = allocateMatrix(rows, rows);
  await products.multiply('right-transposed', gram, half, factor);
  return {
    matrix: factor,
    async expand(weights) {
      const onRows = allocateMatrix(weights.rows, rows);
      await products.multiply('plain', weights, half, onRows);
      const expanded = allocateMatrix(weights.rows, columns);
      await products.multiply('plain', onRows, features, expanded);
      return expanded;
    },
  };
}

/** Equal or dependent rows make X·Xᵀ singular; a trace of independent noise, far below the features, mends that. */
async function invertWithJitter(
  products: MatrixProducts,
  gram: Matrix,
  scale: number,
): Promise<Matrix<'float64'>> {
  const matrix: Matrix<'float64'> = { ...gram, data: Float64Array.from(gram.data) };
  for (let jitter = 1e-7; ; jitter *= 10) {
    for (let row = 0; row < gram.rows; row++) {
      const at = row * gram.rows + row;
      matrix.data[at] = (gram.data[at] as number) + jitter * scale;
    }
    const inverse = await invertCholeskyFactor(products, matrix);
    if (inverse !== undefined) return inverse;
  }
}
