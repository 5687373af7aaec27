import type { Matrix } from '../linear/matrix-products.js';

/** A symmetric matrix with numbers on its diagonal and beside it only. */
export interface Tridiagonal {
  /** float64 [n]. */
  diagonal: Float64Array;
  /** float64 [n]: entry i lies between i − 1 and i; entry 0 is 0. */
  beside: Float64Array;
}

/**
 * A symmetric matrix A as Q·T·Qᵀ with T tridiagonal, by Householder reflections. Whatever is asked of A + t·I for many
 * values t, a solution, a determinant, a trace of the inverse, then takes n operations instead of n³. Q is not made: the
 * reflections are applied to the vectors that it is needed for.
 *
 * @param matrix float64 [n, n], only its lower triangle is read; overwritten
 * @param vectors float64 [count, n], a vector b per row; overwritten with Qᵀ·b
 * @see Golub & Van Loan, "Matrix Computations", 4th edition, section 8.3.1
 */
export function tridiagonalize(matrix: Matrix<'float64'>, vectors: Matrix<'float64'>): Tridiagonal {
  const { rows: size, data } = matrix;
  const diagonal = new Float64Array(size);
  const beside = new Float64Array(size);
  const image = new Float64Array(size);
  for (let last = size - 1; last > 0; last--) {
    const row = data.subarray(last * size, last * size + last);
    diagonal[last] = data[last * size + last] as number;
    const { length, energy } = reflector(row);
    beside[last] = length;
    if (energy === 0) continue;
    multiplySymmetric(data, size, row, image);
    subtractOuter(data, size, row, image, energy);
    for (let at = 0; at < vectors.rows; at++) {
      reflect(vectors.data.subarray(at * size, at * size + last), row, energy);
    }
  }
  diagonal[0] = data[0] ?? 0;
  return { diagonal, beside };
}

/**
 * Turns x into the vector u whose reflection I − u·uᵀ/energy takes x to (0, …, 0, length). Energy 0: x is already of that
 * form.
 */
function reflector(x: Float64Array): { length: number; energy: number } {
  const end = x.length - 1;
  const last = x[end] as number;
  let rest = 0;
  for (let k = 0; k < end; k++) rest += (x[k] as number) ** 2;
  if (rest === 0) return { length: last, energy: 0 };
  // The sign that adds up, so that no digits cancel.
  const length = last > 0 ? -Math.sqrt(rest + last * last) : Math.sqrt(rest + last * last);
  x[end] = last - length;
  return { length, energy: length * (length - last) };
}

/** image = A·u for the leading part of A that u has the length of. */
function multiplySymmetric(data: Float64Array, size: number, u: Float64Array, image: Float64Array): void {
  const width = u.length;
  for (let j = 0; j < width; j++) {
    const from = j * size;
    const uj = u[j] as number;
    let sum = 0;
    for (let k = 0; k < j; k++) {
      const value = data[from + k] as number;
      sum += value * (u[k] as number);
      image[k] = (image[k] as number) + value * uj;
    }
    image[j] = sum + (data[from + j] as number) * uj;
  }
}

/** A ← (I − u·uᵀ/energy) · A · (I − u·uᵀ/energy), from A·u; what stands in `image` is lost. */
function subtractOuter(
  data: Float64Array,
  size: number,
  u: Float64Array,
  image: Float64Array,
  energy: number,
): void {
  const width = u.length;
  let overlap = 0;
  for (let k = 0; k < width; k++) {
    image[k] = (image[k] as number) / energy;
    overlap += (image[k] as number) * (u[k] as number);
  }
  const share = overlap / (2 * energy);
  for (let k = 0; k < width; k++) image[k] = (image[k] as number) - share * (u[k] as number);
  for (let j = 0; j < width; j++) {
    const from = j * size;
    const uj = u[j] as number;
    const ij = image[j] as number;
    for (let k = 0; k <= j; k++) {
      data[from + k] = (data[from + k] as number) - uj * (image[k] as number) - ij * (u[k] as number);
    }
  }
}

function reflect(vector: Float64Array, u: Float64Array, energy: number): void {
  let overlap = 0;
  for (let k = 0; k < u.length; k++) overlap += (vector[k] as number) * (u[k] as number);
  const share = overlap / energy;
  for (let k = 0; k < u.length; k++) vector[k] = (vector[k] as number) - share * (u[k] as number);
}
