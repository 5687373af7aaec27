import { afterAll, describe, expect, it } from 'vitest';
import { invertCholeskyFactor } from '../../src/learning/linear/cholesky.js';
import { MatrixProducts, type Matrix } from '../../src/learning/linear/matrix-products.js';
import { createRandom } from '../../src/learning/random.js';

const products = new MatrixProducts(2);
afterAll(() => products.release());

const random = createRandom(5);

function randomMatrix(rows: number, columns: number): Matrix<'float64'> {
  return { rows, columns, data: Float64Array.from({ length: rows * columns }, () => random.next() - 0.5) };
}

function at({ data, columns }: Matrix<'float64'>, row: number, column: number): number {
  return data[row * columns + column] as number;
}

function transpose(matrix: Matrix<'float64'>): Matrix<'float64'> {
  const { rows, columns } = matrix;
  const data = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) data[j * rows + i] = at(matrix, i, j);
  return { rows: columns, columns: rows, data };
}

function multiplySlowly(left: Matrix<'float64'>, right: Matrix<'float64'>): Matrix<'float64'> {
  const data = new Float64Array(left.rows * right.columns);
  for (let i = 0; i < left.rows; i++) {
    for (let j = 0; j < right.columns; j++) {
      let sum = 0;
      for (let k = 0; k < left.columns; k++) sum += at(left, i, k) * at(right, k, j);
      data[i * right.columns + j] = sum;
    }
  }
  return { rows: left.rows, columns: right.columns, data };
}

const largestDifference = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce(
    (largest, value, index) => Math.max(largest, Math.abs(value - (b[index] as number))),
    0,
  );

describe('matrix products', () => {
  const left = randomMatrix(7, 33);
  const right = randomMatrix(33, 5);
  const expected = multiplySlowly(left, right);
  const operands = {
    plain: [left, right],
    'left-transposed': [transpose(left), right],
    'right-transposed': [left, transpose(right)],
  } as const;

  it.each(Object.keys(operands) as (keyof typeof operands)[])(
    'multiplies %s in float64 and float32',
    async (form) => {
      const [a, b] = operands[form];
      const exact = { rows: 7, columns: 5, data: new Float64Array(35) };
      await products.multiply<'float64'>(form, a, b, exact);
      expect(largestDifference(exact.data, expected.data)).toBeLessThan(1e-14);
      const narrow = (matrix: Matrix<'float64'>): Matrix => ({
        ...matrix,
        data: Float32Array.from(matrix.data),
      });
      const rounded: Matrix = { rows: 7, columns: 5, data: new Float32Array(35) };
      await products.multiply(form, narrow(a), narrow(b), rounded);
      expect(largestDifference(rounded.data, expected.data)).toBeLessThan(1e-5);
    },
  );

  it('writes into part of a larger array', async () => {
    const whole = new Float64Array(45);
    const part = { rows: 7, columns: 5, data: whole.subarray(5, 40) };
    await products.multiply<'float64'>('plain', left, right, part);
    expect(largestDifference(whole.subarray(5, 40), expected.data)).toBeLessThan(1e-14);
    expect([...whole.subarray(0, 5), ...whole.subarray(40)]).toEqual(new Array(10).fill(0));
  });

  it('refuses operands that do not fit', async () => {
    const output = { rows: 7, columns: 5, data: new Float64Array(35) };
    await expect(products.multiply<'float64'>('plain', right, left, output)).rejects.toThrow(RangeError);
  });
});

describe('the inverse of a Cholesky factor', () => {
  it.each([1, 5, 96, 97, 250])('undoes a positive definite matrix of size %i', async (size) => {
    const half = randomMatrix(size, size + 3);
    const matrix = multiplySlowly(half, transpose(half));
    for (let i = 0; i < size; i++) matrix.data[i * size + i] = at(matrix, i, i) + 0.1;
    const inverse = await invertCholeskyFactor(products, matrix);
    if (inverse === undefined) throw new Error('positive definite, but not recognised as such');
    for (let i = 0; i < size; i++)
      for (let j = i + 1; j < size; j++) expect(Math.abs(at(inverse, i, j))).toBe(0);
    const identity = multiplySlowly(multiplySlowly(inverse, matrix), transpose(inverse));
    const exact = Float64Array.from({ length: size * size }, (_, k) => (k % (size + 1) === 0 ? 1 : 0));
    expect(largestDifference(identity.data, exact)).toBeLessThan(1e-9);
  });

  it('does not exist for a matrix that is not positive definite', async () => {
    const matrix = { rows: 2, columns: 2, data: Float64Array.of(1, 2, 2, 1) };
    expect(await invertCholeskyFactor(products, matrix)).toBeUndefined();
  });
});
