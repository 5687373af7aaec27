import type * as tfjs from '@tensorflow/tfjs-core';
import type { Tf } from '../../../../../src/learning/training/tensor-program.js';
import type { OperationCase } from '../operation-case.js';

type Unary = (tf: Tf, x: tfjs.Tensor) => tfjs.Tensor;
type Binary = (tf: Tf, a: tfjs.Tensor, b: tfjs.Tensor) => tfjs.Tensor;

const positive: [number, number] = [0.2031, 2.4173];
/** Reaches beyond the kinks of relu6 at 0 and 6. */
const wide: [number, number] = [-4.017, 9.0131];

const smooth: Record<string, Unary> = {
  abs: (tf, x) => tf.abs(x),
  cos: (tf, x) => tf.cos(x),
  elu: (tf, x) => tf.elu(x),
  erf: (tf, x) => tf.erf(x),
  exp: (tf, x) => tf.exp(x),
  expm1: (tf, x) => tf.expm1(x),
  neg: (tf, x) => tf.neg(x),
  selu: (tf, x) => tf.selu(x),
  sigmoid: (tf, x) => tf.sigmoid(x),
  sin: (tf, x) => tf.sin(x),
  softplus: (tf, x) => tf.softplus(x),
  square: (tf, x) => tf.square(x),
  tanh: (tf, x) => tf.tanh(x),
};
const onPositive: Record<string, Unary> = {
  log: (tf, x) => tf.log(x),
  log1p: (tf, x) => tf.log1p(x),
  reciprocal: (tf, x) => tf.reciprocal(x),
  rsqrt: (tf, x) => tf.rsqrt(x),
  sqrt: (tf, x) => tf.sqrt(x),
};
const kinked: Record<string, Unary> = {
  relu: (tf, x) => tf.relu(x),
  relu6: (tf, x) => tf.relu6(x),
  'leakyRelu 0.2': (tf, x) => tf.leakyRelu(x, 0.2),
  'clipByValue 0 to 6': (tf, x) => tf.clipByValue(x, 0, 6),
  'clipByValue −1 to 2.5': (tf, x) => tf.clipByValue(x, -1, 2.5),
  'relu, cut at 6': (tf, x) => tf.clipByValue(tf.relu(x), 0, 6),
  'hard sigmoid': (tf, x) => tf.clipByValue(tf.add(tf.mul(x, 0.2), 0.5), 0, 1),
};
const flat: Record<string, Unary> = {
  ceil: (tf, x) => tf.ceil(x),
  floor: (tf, x) => tf.floor(x),
  round: (tf, x) => tf.round(x),
  sign: (tf, x) => tf.sign(x),
  'step 0.1': (tf, x) => tf.step(x, 0.1),
  zerosLike: (tf, x) => tf.zerosLike(x),
  onesLike: (tf, x) => tf.onesLike(x),
  isNaN: (tf, x) => tf.isNaN(x),
  isInf: (tf, x) => tf.isInf(x),
  isFinite: (tf, x) => tf.isFinite(x),
  'cast to whole numbers and back': (tf, x) => tf.cast(tf.cast(x, 'int32'), 'float32'),
};

const unaries: OperationCase[] = (
  [
    [smooth, undefined, false],
    [onPositive, positive, false],
    [kinked, wide, false],
    [flat, wide, true],
  ] as const
).flatMap(([table, range, withoutGradient]) =>
  Object.entries(table).map(([name, f]) => ({
    name,
    inputs: { x: [2, 5, 4, 6] },
    ...(range && { range: [...range] as [number, number] }),
    withoutGradient,
    run: (tf: Tf, { x }: Record<string, tfjs.Tensor>) => f(tf, x as tfjs.Tensor),
  })),
);

const arithmetic: Record<string, Binary> = {
  add: (tf, a, b) => tf.add(a, b),
  sub: (tf, a, b) => tf.sub(a, b),
  mul: (tf, a, b) => tf.mul(a, b),
};
/** tfjs' gradients of these want both tensors of one shape. */
const equalShapes: Record<string, Binary> = {
  maximum: (tf, a, b) => tf.maximum(a, b),
  minimum: (tf, a, b) => tf.minimum(a, b),
  squaredDifference: (tf, a, b) => tf.squaredDifference(a, b),
};
const onPositives: Record<string, Binary> = {
  div: (tf, a, b) => tf.div(a, b),
  pow: (tf, a, b) => tf.pow(a, b),
};
const comparisons: Record<string, Binary> = {
  equal: (tf, a, b) => tf.equal(a, b),
  notEqual: (tf, a, b) => tf.notEqual(a, b),
  greater: (tf, a, b) => tf.greater(a, b),
  greaterEqual: (tf, a, b) => tf.greaterEqual(a, b),
  less: (tf, a, b) => tf.less(a, b),
  lessEqual: (tf, a, b) => tf.lessEqual(a, b),
  logicalAnd: (tf, a, b) => tf.logicalAnd(tf.greater(a, 0), tf.greater(b, 0)),
  logicalOr: (tf, a, b) => tf.logicalOr(tf.greater(a, 0), tf.greater(b, 0)),
  logicalXor: (tf, a, b) => tf.logicalXor(tf.greater(a, 0), tf.greater(b, 0)),
  logicalNot: (tf, a, b) => tf.logicalNot(tf.greater(a, b)),
  floorDiv: (tf, a, b) => tf.floorDiv(a, b),
  mod: (tf, a, b) => tf.mod(a, b),
};

/** Equal shapes, a number for a channel, a number for a picture, one number, and stretching both ways. */
const shapes: [number[], number[]][] = [
  [
    [2, 3, 4, 5],
    [2, 3, 4, 5],
  ],
  [[2, 3, 4, 5], [5]],
  [[5], [2, 3, 4, 5]],
  [
    [2, 3, 4, 5],
    [2, 1, 1, 5],
  ],
  [
    [2, 3, 4, 5],
    [1, 3, 4, 1],
  ],
  [[2, 3, 4, 5], []],
  [[], [6, 4]],
  [
    [6, 1],
    [1, 4],
  ],
  [[6, 4], [4]],
];

const binaries: OperationCase[] = (
  [
    [arithmetic, undefined, false, shapes],
    [onPositives, positive, false, shapes],
    [equalShapes, undefined, false, shapes.slice(0, 1)],
    // These broadcast like the rest; two pairs show it.
    [comparisons, undefined, true, shapes.slice(0, 2)],
  ] as const
).flatMap(([table, range, withoutGradient, pairs]) =>
  Object.entries(table).flatMap(([name, f]) =>
    pairs.map(([a, b]) => ({
      name: `${name} [${a.join(', ')}], [${b.join(', ')}]`,
      inputs: { a, b },
      ...(range && { range: [...range] as [number, number] }),
      withoutGradient,
      run: (tf: Tf, { a: left, b: right }: Record<string, tfjs.Tensor>) =>
        f(tf, left as tfjs.Tensor, right as tfjs.Tensor),
    })),
  ),
);

const several: OperationCase[] = [
  {
    name: 'addN of three',
    inputs: { a: [2, 3, 4, 5], b: [2, 3, 4, 5], c: [2, 3, 4, 5] },
    run: (tf, { a, b, c }) => tf.addN([a, b, c] as tfjs.Tensor[]),
  },
  {
    name: 'sum of paths: x + x · x + relu x',
    inputs: { x: [2, 3, 4, 5] },
    run: (tf, { x }) =>
      tf.add(tf.add(x as tfjs.Tensor, tf.square(x as tfjs.Tensor)), tf.relu(x as tfjs.Tensor)),
  },
  ...[[5], [3, 4, 5], [1, 1, 5]].map((alpha) => ({
    name: `prelu with slopes [${alpha.join(', ')}]`,
    inputs: { x: [2, 3, 4, 5], alpha },
    run: (tf: Tf, { x, alpha: slopes }: Record<string, tfjs.Tensor>) =>
      tf.prelu(x as tfjs.Tensor, slopes as tfjs.Tensor),
  })),
  {
    name: 'where a condition holds',
    inputs: { a: [2, 3, 4, 5], b: [2, 3, 4, 5] },
    indices: { condition: { shape: [2, 3, 4, 5], below: 2 } },
    run: (tf, { a, b, condition }) =>
      tf.where(tf.equal(condition as tfjs.Tensor, 1), a as tfjs.Tensor, b as tfjs.Tensor),
  },
  {
    name: 'mish: x · tanh softplus x',
    inputs: { x: [2, 3, 4, 5] },
    run: (tf, { x }) => tf.mul(x as tfjs.Tensor, tf.tanh(tf.softplus(x as tfjs.Tensor))),
  },
];

export const elementwiseCases: OperationCase[] = [...unaries, ...binaries, ...several];
