import type * as tfjs from '@tensorflow/tfjs-core';
import { normalizeByBatch } from '../../../../../src/learning/layers/normalize-by-batch.js';
import type { Tf } from '../../../../../src/learning/training/tensor-program.js';
import type { OperationCase } from '../operation-case.js';

type Tensors = Record<string, tfjs.Tensor>;

const geometries = [16, 24, 32].flatMap((channels) =>
  [7, 8].flatMap((height) => [1, 2].map((stride) => ({ channels, height, stride }))),
);

/** Rounding errors of one operation are inputs of the next: ten times those of a single one. */
const chain = { hasCorners: true, tolerance: 1e-5 };

/**
 * What lies between two convolutions stays in blocks of channels where a machine has that form: normalisation, rectifiers,
 * sums. So these are chains as networks have them.
 */
export const blockCases: OperationCase[] = geometries.flatMap(({ channels, height, stride }) => {
  const place = `${height}×${height}, ${channels} channels, stride ${stride}`;
  const wide = channels * 2;
  const inputs = {
    x: [2, height, height, channels],
    expand: [1, 1, channels, wide],
    depthwise: [3, 3, wide, 1],
    project: [1, 1, wide, channels],
    scale: [wide],
    shift: [wide],
  };
  return [
    {
      name: `inverted residual, batch normalised, ${place}`,
      inputs,
      ...chain,
      run: (tf, tensors) => invertedResidual(tf, tensors, stride, (x) => normalized(tf, x, tensors)),
    },
    {
      name: `inverted residual, scaled and shifted, ${place}`,
      inputs,
      ...chain,
      run: (tf, tensors) => {
        const affine = (x: tfjs.Tensor) =>
          tf.add(tf.mul(x, tensors['scale'] as tfjs.Tensor), tensors['shift'] as tfjs.Tensor);
        return invertedResidual(tf, tensors, stride, affine);
      },
    },
    {
      name: `two convolutions with biases and relu, ${place}`,
      inputs: {
        x: inputs.x,
        first: [3, 3, channels, wide],
        bias: [wide],
        second: [3, 3, wide, 16],
      },
      ...chain,
      run: (tf, { x, first, bias, second }) => {
        const hidden = tf.conv2d(x as tfjs.Tensor4D, first as tfjs.Tensor4D, stride, 'same');
        const rectified: tfjs.Tensor4D = tf.relu(tf.add(hidden, bias as tfjs.Tensor));
        return tf.conv2d(rectified, second as tfjs.Tensor4D, 1, 'same');
      },
    },
  ] satisfies OperationCase[];
});

/** Sandler et al. 2018, figure 3b. */
function invertedResidual(
  tf: Tf,
  { x, expand, depthwise, project }: Tensors,
  stride: number,
  normalize: (x: tfjs.Tensor) => tfjs.Tensor,
): tfjs.Tensor {
  const start = x as tfjs.Tensor4D;
  const rectified = (value: tfjs.Tensor) => tf.relu6(normalize(value)) as tfjs.Tensor4D;
  const expanded = rectified(tf.conv2d(start, expand as tfjs.Tensor4D, 1, 'same'));
  const filtered = rectified(tf.depthwiseConv2d(expanded, depthwise as tfjs.Tensor4D, stride, 'same'));
  const projected = tf.conv2d(filtered, project as tfjs.Tensor4D, 1, 'same');
  return stride === 1 ? tf.add(start, projected) : projected;
}

function normalized(tf: Tf, x: tfjs.Tensor, { scale, shift }: Tensors): tfjs.Tensor {
  return normalizeByBatch(x, { gamma: scale, beta: shift, epsilon: 1e-3 }, tf).output;
}
