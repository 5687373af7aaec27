import type { Matrix, MatrixProducts } from './matrix-products.js';

const blockSize = 96;

/**
 * The inverse of the Cholesky factor: L⁻¹ (lower triangular) with A = L·Lᵀ, in float64. Blocked, so that nearly all the
 * arithmetic is matrix products.
 *
 * @param matrix float64 [n, n], symmetric; only its lower triangle is read
 * @returns float64 [n, n], or undefined when the matrix is not positive definite to working precision
 * @see Golub & Van Loan, "Matrix Computations", 4th edition, section 4.2.9 (block Cholesky)
 */
export async function invertCholeskyFactor(
  products: MatrixProducts,
  matrix: Matrix<'float64'>,
): Promise<Matrix<'float64'> | undefined> {
  const size = matrix.rows;
  const factor = Float64Array.from(matrix.data);
  const inverse = new Float64Array(size * size);
  const squares = new Float64Array(Math.max(0, size - blockSize) ** 2);
  for (let start = 0; start < size; start += blockSize) {
    const width = Math.min(blockSize, size - start);
    const block = invertSmallFactor(copyBlock(factor, size, start, start, width, width), width);
    if (block === undefined) return undefined;
    const diagonal = { rows: width, columns: width, data: block };
    await eliminateBelow(products, factor, size, start, diagonal, squares);
    await appendInverseRows(products, factor, inverse, size, start, diagonal);
  }
  return { rows: size, columns: size, data: inverse };
}

/** The panel below the block becomes L's, and its square is taken from everything right of it. */
async function eliminateBelow(
  products: MatrixProducts,
  factor: Float64Array,
  size: number,
  start: number,
  diagonal: Matrix<'float64'>,
  squares: Float64Array,
): Promise<void> {
  const width = diagonal.rows;
  const next = start + width;
  const rows = size - next;
  if (rows === 0) return;
  const panel: Matrix<'float64'> = { rows, columns: width, data: new Float64Array(rows * width) };
  const below = copyBlock(factor, size, next, start, rows, width);
  await products.multiply<'float64'>(
    'right-transposed',
    { rows, columns: width, data: below },
    diagonal,
    panel,
  );
  for (let row = 0; row < rows; row++) {
    factor.set(panel.data.subarray(row * width, (row + 1) * width), (next + row) * size + start);
  }
  const square: Matrix<'float64'> = { rows, columns: rows, data: squares.subarray(0, rows * rows) };
  await products.multiply<'float64'>('right-transposed', panel, panel, square);
  for (let row = 0; row < rows; row++) {
    const to = (next + row) * size + next;
    const from = row * rows;
    for (let column = 0; column <= row; column++) {
      factor[to + column] = (factor[to + column] as number) - (square.data[from + column] as number);
    }
  }
}

/** Rows `start…` of L⁻¹: −D⁻¹ · L[rows, before] · L⁻¹[before, before], and D⁻¹ on the diagonal. */
async function appendInverseRows(
  products: MatrixProducts,
  factor: Float64Array,
  inverse: Float64Array,
  size: number,
  start: number,
  diagonal: Matrix<'float64'>,
): Promise<void> {
  const width = diagonal.rows;
  if (start > 0) {
    const left = copyBlock(factor, size, start, 0, width, start);
    const scaled: Matrix<'float64'> = { rows: width, columns: start, data: new Float64Array(width * start) };
    await products.multiply<'float64'>(
      'plain',
      diagonal,
      { rows: width, columns: start, data: left },
      scaled,
    );
    const known = { rows: start, columns: size, data: inverse.subarray(0, start * size) };
    const rows: Matrix<'float64'> = { rows: width, columns: size, data: new Float64Array(width * size) };
    await products.multiply<'float64'>('plain', scaled, known, rows);
    for (let at = 0; at < rows.data.length; at++) inverse[start * size + at] = -(rows.data[at] as number);
  }
  for (let row = 0; row < width; row++) {
    inverse.set(diagonal.data.subarray(row * width, (row + 1) * width), (start + row) * size + start);
  }
}

function copyBlock(
  matrix: Float64Array,
  stride: number,
  firstRow: number,
  firstColumn: number,
  rows: number,
  columns: number,
): Float64Array {
  const block = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    const from = (firstRow + row) * stride + firstColumn;
    block.set(matrix.subarray(from, from + columns), row * columns);
  }
  return block;
}

/** Factors a small block in place and returns its factor's inverse. */
function invertSmallFactor(block: Float64Array, size: number): Float64Array | undefined {
  for (let column = 0; column < size; column++) {
    for (let row = column; row < size; row++) {
      let sum = block[row * size + column] as number;
      for (let k = 0; k < column; k++) {
        sum -= (block[row * size + k] as number) * (block[column * size + k] as number);
      }
      if (row === column) {
        if (!(sum > 0)) return undefined;
        block[row * size + column] = Math.sqrt(sum);
      } else {
        block[row * size + column] = sum / (block[column * size + column] as number);
      }
    }
  }
  const inverse = new Float64Array(size * size);
  for (let row = 0; row < size; row++) {
    const pivot = block[row * size + row] as number;
    for (let column = 0; column < row; column++) {
      let sum = 0;
      for (let k = column; k < row; k++) {
        sum += (block[row * size + k] as number) * (inverse[k * size + column] as number);
      }
      inverse[row * size + column] = -sum / pivot;
    }
    inverse[row * size + row] = 1 / pivot;
  }
  return inverse;
}
