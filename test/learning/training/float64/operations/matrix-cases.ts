import type * as tfjs from '@tensorflow/tfjs-core';
import type { Tf } from '../../../../../src/learning/training/tensor-program.js';
import type { OperationCase } from '../operation-case.js';

type Tensors = Record<string, tfjs.Tensor>;

const flat: OperationCase[] = [
  [1, 7, 3],
  [6, 32, 10],
  [16, 33, 17],
].flatMap(([m = 1, k = 1, n = 1]) =>
  [false, true].flatMap((transposeA) =>
    [false, true].map((transposeB) => ({
      name: `matMul ${m}×${k}×${n}${transposeA ? ', left transposed' : ''}${transposeB ? ', right transposed' : ''}`,
      inputs: { a: transposeA ? [k, m] : [m, k], b: transposeB ? [n, k] : [k, n] },
      run: (tf: Tf, { a, b }: Tensors) =>
        tf.matMul(a as tfjs.Tensor2D, b as tfjs.Tensor2D, transposeA, transposeB),
    })),
  ),
);

const statistics = { mean: [6], variance: [6], scale: [6], offset: [6] };

/** Products of matrices, and normalisation by stored statistics. */
export const matrixCases: OperationCase[] = [
  ...flat,
  {
    name: 'matMul of stacks',
    inputs: { a: [3, 4, 5], b: [3, 5, 2] },
    run: (tf, { a, b }) => tf.matMul(a as tfjs.Tensor3D, b as tfjs.Tensor3D),
  },
  {
    name: 'dense: matMul, bias, relu',
    inputs: { x: [6, 9], kernel: [9, 5], bias: [5] },
    run: (tf, { x, kernel, bias }) =>
      tf.relu(tf.add(tf.matMul(x as tfjs.Tensor2D, kernel as tfjs.Tensor2D), bias as tfjs.Tensor)),
  },
  ...[
    [2, 4, 5, 6],
    [5, 6],
  ].map((shape) => ({
    name: `batchNorm of [${shape.join(', ')}]`,
    inputs: { x: shape, ...statistics },
    // A variance is positive.
    range: [0.2031, 2.4173] as [number, number],
    run: (tf: Tf, { x, mean, variance, offset, scale }: Tensors) =>
      tf.batchNorm(
        x as tfjs.Tensor,
        mean as tfjs.Tensor1D,
        variance as tfjs.Tensor1D,
        offset as tfjs.Tensor1D,
        scale as tfjs.Tensor1D,
        1e-3,
      ),
  })),
];
