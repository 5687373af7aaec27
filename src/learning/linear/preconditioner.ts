import { invertCholeskyFactor } from './cholesky.js';
import type { Matrix, MatrixProducts } from './matrix-products.js';

/** Above this many features the factorisation costs more than the steps it saves; the diagonal is used instead. */
export const largestFactored = 4096;

/** How far the curvature may move, as a factor, before the preconditioner is made anew. */
const staleFactor = 3;

/**
 * One preconditioner for all columns: the inverse of I + curvature · XᵀX, with one mean curvature for all of them. The
 * Hessians of all classes resemble it, since each is I plus a weighted XᵀX.
 *
 * @see Nocedal & Wright, "Numerical Optimization", 2nd edition, section 5.1 (preconditioning)
 */
export class SharedPreconditioner {
  readonly #inverse: Matrix;
  #curvature = 0;
  /** float64 [features]: the preconditioner where there are too many features to factor. */
  #diagonal: Float64Array | undefined;

  private constructor(
    private readonly products: MatrixProducts,
    private readonly gram: Matrix,
  ) {
    const size = gram.rows;
    const isFactored = size <= largestFactored;
    this.#inverse = isFactored
      ? { rows: size, columns: size, data: new Float32Array(size * size) }
      : { rows: 0, columns: 0, data: new Float32Array(0) };
    this.#diagonal = isFactored ? undefined : new Float64Array(size);
  }

  /** @param features float32 [rows, features] */
  static async create(products: MatrixProducts, features: Matrix): Promise<SharedPreconditioner> {
    const size = features.columns;
    if (size > largestFactored) {
      const squares = new Float32Array(size);
      for (let at = 0; at < features.data.length; at++) {
        const value = features.data[at] as number;
        squares[at % size] = (squares[at % size] as number) + value * value;
      }
      return new SharedPreconditioner(products, { rows: size, columns: 1, data: squares });
    }
    const gram: Matrix = { rows: size, columns: size, data: new Float32Array(size * size) };
    await products.multiply('left-transposed', features, features, gram);
    return new SharedPreconditioner(products, gram);
  }

  /** Makes it fit a mean curvature per row; does nothing while the last one is near enough. */
  async update(curvature: number): Promise<void> {
    const ratio = curvature / this.#curvature;
    if (ratio < staleFactor && ratio > 1 / staleFactor) return;
    this.#curvature = curvature;
    if (this.#diagonal !== undefined) {
      for (let at = 0; at < this.#diagonal.length; at++) {
        this.#diagonal[at] = 1 / (1 + curvature * (this.gram.data[at] as number));
      }
      return;
    }
    const size = this.gram.rows;
    const matrix: Matrix<'float64'> = { rows: size, columns: size, data: new Float64Array(size * size) };
    // Rounding in the float32 products can make XᵀX slightly indefinite; a little more on the diagonal mends that.
    for (let extra = 0; ; extra = Math.max(1e-6 * curvature * meanDiagonal(this.gram), extra * 10)) {
      for (let at = 0; at < matrix.data.length; at++) {
        matrix.data[at] =
          curvature * (this.gram.data[at] as number) + (at % (size + 1) === 0 ? 1 + extra : 0);
      }
      const factor = await invertCholeskyFactor(this.products, matrix);
      if (factor === undefined) continue;
      const half: Matrix = { rows: size, columns: size, data: Float32Array.from(factor.data) };
      await this.products.multiply('left-transposed', half, half, this.#inverse);
      return;
    }
  }

  /** output = residuals · (I + curvature · XᵀX)⁻¹, both float32 [columns, features]. */
  async apply(residuals: Matrix, output: Matrix): Promise<void> {
    if (this.#diagonal === undefined) {
      await this.products.multiply('plain', residuals, this.#inverse, output);
      return;
    }
    for (let at = 0; at < residuals.data.length; at++) {
      output.data[at] = (residuals.data[at] as number) * (this.#diagonal[at % residuals.columns] as number);
    }
  }
}

function meanDiagonal(matrix: Matrix): number {
  let sum = 0;
  for (let at = 0; at < matrix.data.length; at += matrix.columns + 1) sum += matrix.data[at] as number;
  return sum / matrix.rows;
}
