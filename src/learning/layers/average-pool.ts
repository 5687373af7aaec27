import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import type { Tf } from '../training/tensor-program.js';
import { windowPads, type Window } from './window.js';

/** The mean of each window of [batch, height, width, channels]; padding takes no part in it. */
export function averagePool(x: Tensor4D, window: Window, tf: Tf): Tensor4D {
  const { size, strides, padding } = window;
  const pads = windowPads(window, x.shape[1], x.shape[2]);
  const run = () => tf.avgPool(x, size, strides, padding);
  if (pads.every((pad) => pad === 0)) return run();
  return tf.customGrad((...args) => {
    const save = args.pop() as unknown as (tensors: Tensor[]) => void;
    save([x]);
    return {
      value: run(),
      gradFunc: (dy, saved) => paddedGradient(dy as Tensor4D, saved[0] as Tensor4D, window, pads, tf),
    };
  })(x) as Tensor4D;
}

/**
 * The gradient where windows reach into the padding. tfjs divides by the whole window there, also where less of it lies
 * on the picture, so the division by what lies on it is put into `dy`, and the padding is made explicit.
 */
function paddedGradient(
  dy: Tensor4D,
  x: Tensor4D,
  { size, strides }: Window,
  [top, left, bottom, right]: [number, number, number, number],
  tf: Tf,
): Tensor4D {
  const [, height, width] = x.shape;
  const rows = covered(dy.shape[1], size[0], strides[0], top, height);
  const columns = covered(dy.shape[2], size[1], strides[1], left, width);
  const share = rows.flatMap((tall) => columns.map((wide) => (size[0] * size[1]) / (tall * wide)));
  const scaled = tf.mul(dy, tf.tensor(share, [1, rows.length, columns.length, 1]));
  const input = tf.pad(x, [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ]);
  const attributes = { filterSize: size, strides, pad: 'valid' };
  const padded = tf.engine().runKernel('AvgPoolGrad', { dy: scaled, input }, attributes) as Tensor4D;
  return tf.slice(padded, [0, top, left, 0], x.shape);
}

/** How many rows of the picture each window covers. */
function covered(outputs: number, size: number, stride: number, before: number, length: number): number[] {
  return Array.from({ length: outputs }, (_, index) => {
    const start = index * stride - before;
    return Math.min(start + size, length) - Math.max(start, 0);
  });
}
