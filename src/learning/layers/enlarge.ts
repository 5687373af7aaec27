import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { Tf } from '../training/tensor-program.js';

type Interpolation = 'nearest' | 'bilinear';

/** Enlarges [batch, height, width, channels] by whole factors: output i is read at position i / factor of the input. */
export function enlarge(
  x: Tensor4D,
  [down, across]: [number, number],
  interpolation: Interpolation,
  tf: Tf,
): Tensor4D {
  const [batch, height, width, channels] = x.shape;
  const resize = interpolation === 'nearest' ? tf.image.resizeNearestNeighbor : tf.image.resizeBilinear;
  const [tall, wide] = [height * down, width * across];
  return tf.customGrad(() => ({
    value: resize(x, [tall, wide]),
    // tfjs has this gradient wrong where height and width differ. It is the transposed interpolation along either axis.
    gradFunc(dy) {
      const rows = shares(height, down, interpolation);
      const columns = shares(width, across, interpolation);
      const short = tf.matMul(
        tf.tensor3d(rows, [1, height, tall]),
        tf.reshape(dy, [batch, tall, wide * channels]),
      );
      const small = tf.matMul(
        tf.tensor3d(columns, [1, width, wide]),
        tf.reshape(short, [batch * height, wide, channels]),
      );
      return tf.reshape(small, x.shape);
    },
  }))(x) as Tensor4D;
}

/** [length, length · factor], row-major: what share each input has in each output. */
function shares(length: number, factor: number, interpolation: Interpolation): Float32Array {
  const outputs = length * factor;
  const matrix = new Float32Array(length * outputs);
  const add = (input: number, output: number, share: number) => {
    const index = Math.min(input, length - 1) * outputs + output;
    matrix[index] = (matrix[index] ?? 0) + share;
  };
  for (let output = 0; output < outputs; output++) {
    const first = Math.floor(output / factor);
    const rest = interpolation === 'nearest' ? 0 : output / factor - first;
    add(first, output, 1 - rest);
    add(first + 1, output, rest);
  }
  return matrix;
}
