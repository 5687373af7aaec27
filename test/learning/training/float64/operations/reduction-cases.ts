import type * as tfjs from '@tensorflow/tfjs-core';
import type { Tf } from '../../../../../src/learning/training/tensor-program.js';
import type { OperationCase } from '../operation-case.js';

type Fold = (tf: Tf, x: tfjs.Tensor, axis: number[] | undefined, keepDims: boolean) => tfjs.Tensor;

const folds: Record<string, Fold> = {
  sum: (tf, x, axis, keepDims) => tf.sum(x, axis, keepDims),
  mean: (tf, x, axis, keepDims) => tf.mean(x, axis, keepDims),
  max: (tf, x, axis, keepDims) => tf.max(x, axis, keepDims),
  min: (tf, x, axis, keepDims) => tf.min(x, axis, keepDims),
};
const valuesOnly: Record<string, Fold> = {
  argMax: (tf, x, axis) => tf.argMax(x, axis?.[0]),
  argMin: (tf, x, axis) => tf.argMin(x, axis?.[0]),
  prod: (tf, x, axis, keepDims) => tf.prod(x, axis, keepDims),
  any: (tf, x, axis, keepDims) => tf.any(tf.greater(x, 1), axis, keepDims),
  all: (tf, x, axis, keepDims) => tf.all(tf.greater(x, -1), axis, keepDims),
};

/** Pixels, batch and pixels, channels, everything. */
const axes: (number[] | undefined)[] = [[1, 2], [0, 1, 2], [3], [-1], [0], undefined];

const row = (name: string, fold: Fold, axis: number[] | undefined, keepDims: boolean): OperationCase => ({
  name: `${name} over ${axis === undefined ? 'all' : `[${axis.join(', ')}]`}${keepDims ? ', kept' : ''}`,
  inputs: { x: [2, 3, 4, 5] },
  run: (tf, { x }) => fold(tf, x as tfjs.Tensor, axis, keepDims),
});

export const reductionCases: OperationCase[] = [
  ...Object.entries(folds).flatMap(([name, fold]) =>
    axes.flatMap((axis) => [false, true].map((keepDims) => row(name, fold, axis, keepDims))),
  ),
  ...Object.entries(valuesOnly).flatMap(([name, fold]) =>
    [[3], [1]].map((axis) => ({ ...row(name, fold, axis, false), withoutGradient: true })),
  ),
  ...[
    [6, 5],
    [2, 3, 4, 5],
  ].flatMap((shape) => [
    {
      name: `softmax of [${shape.join(', ')}]`,
      inputs: { x: shape },
      run: (tf: Tf, { x }: Record<string, tfjs.Tensor>) => tf.softmax(x as tfjs.Tensor),
    },
    {
      name: `logSoftmax of [${shape.join(', ')}]`,
      inputs: { x: shape },
      run: (tf: Tf, { x }: Record<string, tfjs.Tensor>) => tf.logSoftmax(x as tfjs.Tensor),
    },
  ]),
  {
    name: 'moments over [0, 1, 2]',
    inputs: { x: [3, 5, 4, 6] },
    run: (tf, { x }) => {
      const { mean, variance } = tf.moments(x as tfjs.Tensor, [0, 1, 2]);
      return tf.add(tf.mul(mean, 0.5), variance);
    },
  },
  {
    name: 'cross-entropy of softmax',
    inputs: { logits: [6, 5], targets: [6, 5] },
    run: (tf, { logits, targets }) =>
      tf.neg(tf.sum(tf.mul(targets as tfjs.Tensor, tf.logSoftmax(logits as tfjs.Tensor)))),
  },
];
