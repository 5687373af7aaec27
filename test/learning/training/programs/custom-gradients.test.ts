import type { Scalar, Tensor, Tensor4D } from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { averagePool } from '../../../../src/learning/layers/average-pool.js';
import { convolve } from '../../../../src/learning/layers/dilated-convolution.js';
import { enlarge } from '../../../../src/learning/layers/enlarge.js';
import { normalizeByBatch } from '../../../../src/learning/layers/normalize-by-batch.js';
import { plainTfjs, pseudoRandom } from '../../support/tfjs.js';

const tf = await plainTfjs();
const draw = (shape: number[], seed: number) =>
  tf.tensor(pseudoRandom(tf.util.sizeFromShape(shape), seed), shape);
const dot = (a: Tensor, b: Tensor) => tf.sum(tf.mul(a, b)).dataSync()[0] ?? NaN;

describe('gradients that tfjs lacks or has wrong', () => {
  // For a linear function f, the gradient g of ⟨w, f(x)⟩ has ⟨g, v⟩ = ⟨w, f(v)⟩ for every v.
  it.each([
    { depthwise: false, dilation: [2, 2], padding: 'same' },
    { depthwise: false, dilation: [1, 3], padding: 'valid' },
    { depthwise: true, dilation: [2, 1], padding: 'same' },
    { depthwise: true, dilation: [2, 3], padding: 'valid' },
  ] as const)('of a convolution with $dilation dilation, depthwise $depthwise, $padding', (options) => {
    const x = draw([2, 9, 10, 3], 1) as Tensor4D;
    const kernel = draw([3, 3, 3, 2], 2) as Tensor4D;
    const sliding = {
      ...options,
      strides: [1, 1] as [number, number],
      dilation: [...options.dilation] as [number, number],
    };
    const run = (a: Tensor4D, b: Tensor4D) => convolve(a, b, sliding, tf);
    const along = draw(run(x, kernel).shape, 3);
    const [dx, dKernel] = tf.grads((a, b) => tf.sum(tf.mul(run(a as Tensor4D, b as Tensor4D), along)))([
      x,
      kernel,
    ]) as [Tensor, Tensor];
    const [v, w] = [draw(x.shape, 4) as Tensor4D, draw(kernel.shape, 5) as Tensor4D];
    expect(dx.shape).toEqual(x.shape);
    expect(dKernel.shape).toEqual(kernel.shape);
    expect(dot(dx, v)).toBeCloseTo(dot(along, run(v, kernel)), 4);
    expect(dot(dKernel, w)).toBeCloseTo(dot(along, run(x, w)), 4);
  });

  it.each([
    { size: [3, 3], strides: [1, 1], extent: [9, 10] },
    { size: [3, 2], strides: [2, 2], extent: [9, 10] },
    { size: [5, 5], strides: [3, 2], extent: [8, 7] },
  ] as const)('of an average of windows $size, strides $strides, that reach into the padding', (options) => {
    const x = draw([2, ...options.extent, 3], 1) as Tensor4D;
    const window = {
      size: [...options.size] as [number, number],
      strides: [...options.strides] as [number, number],
      padding: 'same' as const,
    };
    const run = (a: Tensor) => averagePool(a as Tensor4D, window, tf);
    const along = draw(run(x).shape, 2);
    const gradient = tf.grad((a) => tf.sum(tf.mul(run(a), along)))(x);
    const v = draw(x.shape, 3);
    expect(dot(gradient, v)).toBeCloseTo(dot(along, run(v)), 4);
  });

  it.each(['nearest', 'bilinear'] as const)('of enlarging, %s', (interpolation) => {
    const x = draw([2, 4, 5, 3], 1) as Tensor4D;
    const run = (a: Tensor) => enlarge(a as Tensor4D, [2, 3], interpolation, tf);
    const along = draw(run(x).shape, 2);
    const gradient = tf.grad((a) => tf.sum(tf.mul(run(a), along)))(x);
    const v = draw(x.shape, 3);
    expect(dot(gradient, v)).toBeCloseTo(dot(along, run(v)), 4);
  });

  it('of normalisation by the batch are those of its definition', () => {
    const [x, gamma, beta] = [draw([4, 5, 6, 3], 1), draw([3], 2), draw([3], 3)];
    const along = draw(x.shape, 4);
    const epsilon = 1e-3;
    const written = tf.valueAndGrads(
      (a, g, b) =>
        tf.sum(
          tf.mul(along, normalizeByBatch(a as Tensor, { gamma: g, beta: b, epsilon }, tf).output),
        ) as Scalar,
    )([x, gamma, beta]);
    const defined = tf.valueAndGrads((a, g, b) => {
      const mean = tf.mean(a as Tensor, [0, 1, 2]);
      const centred = tf.sub(a as Tensor, mean);
      const variance = tf.mean(tf.square(centred), [0, 1, 2]);
      const normal = tf.div(centred, tf.sqrt(tf.add(variance, epsilon)));
      return tf.sum(tf.mul(along, tf.add(tf.mul(normal, g as Tensor), b as Tensor))) as Scalar;
    })([x, gamma, beta]);
    expect(written.value.dataSync()[0]).toBeCloseTo(defined.value.dataSync()[0] ?? NaN, 3);
    for (const [index, gradient] of written.grads.entries()) {
      expect(tf.max(tf.abs(tf.sub(gradient, defined.grads[index] as Tensor))).dataSync()[0]).toBeLessThan(
        2e-5,
      );
    }
  });

  it('of normalisation hold where the mean is a thousand times the deviation', () => {
    const small = draw([8, 4, 4, 2], 1);
    const along = draw(small.shape, 2);
    const options = { gamma: undefined, beta: undefined, epsilon: 1e-3 };
    const gradient = (x: Tensor) =>
      tf.grad((a) => tf.sum(tf.mul(along, normalizeByBatch(a as Tensor, options, tf).output)))(x);
    const difference = tf.sub(gradient(tf.add(small, 1000)), gradient(small));
    expect(tf.max(tf.abs(difference)).dataSync()[0]).toBeLessThan(1e-3);
  });
});
