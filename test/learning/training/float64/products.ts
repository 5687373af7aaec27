import {
  broadcastShape,
  broadcastTo,
  input,
  sizeOf,
  stridesOf,
  walk,
  zeros,
  type Kernel64,
  type KernelCall,
  type Tensor64,
} from './tensor64.js';
import { activate } from './activate.js';

/** Products of matrices. */
export const products: Record<string, Kernel64> = {
  BatchMatMul: matMul,
  _FusedMatMul: (call) => activate(call, matMul(call)),
};

/**
 * output[m, n] += left[m, k] · right[k, n], all row-major. Four terms at a time, so that a value of the output is read and
 * written once for them.
 */
export function addProduct(
  left: Float64Array,
  right: Float64Array,
  output: Float64Array,
  m: number,
  k: number,
  n: number,
): void {
  for (let row = 0; row < m; row++) {
    const to = row * n;
    let i = 0;
    for (; i + 4 <= k; i += 4) {
      const at = row * k + i;
      const [a0, a1, a2, a3] = [
        left[at] ?? NaN,
        left[at + 1] ?? NaN,
        left[at + 2] ?? NaN,
        left[at + 3] ?? NaN,
      ];
      const [r0, r1, r2, r3] = [i * n, (i + 1) * n, (i + 2) * n, (i + 3) * n];
      for (let j = 0; j < n; j++) {
        output[to + j] =
          (output[to + j] ?? NaN) +
          (a0 * (right[r0 + j] ?? NaN) + a1 * (right[r1 + j] ?? NaN)) +
          (a2 * (right[r2 + j] ?? NaN) + a3 * (right[r3 + j] ?? NaN));
      }
    }
    for (; i < k; i++) {
      const a = left[row * k + i] ?? NaN;
      for (let j = 0; j < n; j++) output[to + j] = (output[to + j] ?? NaN) + a * (right[i * n + j] ?? NaN);
    }
  }
}

/** output[m, n] += leftᵀ · right with left [k, m] and right [k, n]: a sum of k outer products. */
export function addTransposedProduct(
  left: Float64Array,
  right: Float64Array,
  output: Float64Array,
  m: number,
  k: number,
  n: number,
): void {
  // Blocks of rows of both matrices that stay in the cache while the output passes by.
  const block = 32;
  const columns = new Float64Array(m * block);
  for (let start = 0; start < k; start += block) {
    const rows = Math.min(block, k - start);
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < m; j++) columns[j * rows + i] = left[(start + i) * m + j] ?? NaN;
    }
    addProduct(columns, right.subarray(start * n, (start + rows) * n), output, m, rows, n);
  }
}

export function transposed(matrix: Float64Array, rows: number, columns: number): Float64Array {
  return walk(matrix, [columns, rows], [1, columns]).values;
}

function matMul(call: KernelCall): Tensor64 {
  const { transposeA, transposeB } = call.attributes as { transposeA?: boolean; transposeB?: boolean };
  const a = plain(input(call, 'a'), transposeA);
  const b = plain(input(call, 'b'), transposeB);
  const batch = broadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const [m = 1, k = 1] = a.shape.slice(-2);
  const [rows = 1, n = 1] = b.shape.slice(-2);
  if (k !== rows) throw new Error(`inner extents ${k} and ${rows} differ`);
  const left = broadcastTo(a, [...batch, m, k]).values;
  const right = broadcastTo(b, [...batch, k, n]).values;
  const result = zeros([...batch, m, n]);
  for (let i = 0; i < sizeOf(batch); i++) {
    addProduct(
      left.subarray(i * m * k, (i + 1) * m * k),
      right.subarray(i * k * n, (i + 1) * k * n),
      result.values.subarray(i * m * n, (i + 1) * m * n),
      m,
      k,
      n,
    );
  }
  return result;
}

/** The matrices as they are multiplied. */
function plain(x: Tensor64, transpose: boolean | undefined): Tensor64 {
  if (transpose !== true) return x;
  const swap = (list: number[]) => [...list.slice(0, -2), ...list.slice(-2).reverse()];
  return walk(x.values, swap(x.shape), swap(stridesOf(x.shape)));
}
