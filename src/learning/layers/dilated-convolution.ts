import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import type { Tf } from '../training/tensor-program.js';

/** How a kernel slides over a picture. */
export interface Sliding {
  strides: [number, number];
  padding: 'valid' | 'same';
  dilation: [number, number];
  /** Every channel by itself, with a kernel [height, width, channels, multiplier]. */
  depthwise: boolean;
}

/** Convolution of [batch, height, width, in] with a kernel [height, width, in, out], in tfjs' operations. */
export function convolve(x: Tensor4D, kernel: Tensor4D, sliding: Sliding, tf: Tf): Tensor4D {
  const { strides, padding, dilation, depthwise } = sliding;
  const run = depthwise ? tf.depthwiseConv2d : tf.conv2d;
  if (dilation.every((step) => step === 1)) return run(x, kernel, strides, padding);
  return tf.customGrad((...args) => {
    const save = args.pop() as unknown as (tensors: Tensor[]) => void;
    save([x, kernel]);
    return {
      value: run(x, kernel, strides, padding, 'NHWC', dilation),
      gradFunc: (dy, saved) => dilatedGradients(dy, saved as [Tensor4D, Tensor4D], sliding, tf),
    };
  })(x, kernel) as Tensor4D;
}

/**
 * tfjs has no gradient of a dilated convolution. It is that of an ordinary one whose kernel has zeros between its
 * values.
 */
function dilatedGradients(dy: Tensor, [x, kernel]: [Tensor4D, Tensor4D], sliding: Sliding, tf: Tf): Tensor[] {
  const { strides, padding: pad, depthwise, dilation } = sliding;
  const filter = spread(kernel, dilation, tf);
  const attributes = { strides, pad, dataFormat: 'NHWC', dilations: [1, 1] };
  const kernelName = depthwise ? 'DepthwiseConv2dNativeBackprop' : 'Conv2DBackprop';
  const run = (name: string, inputs: Record<string, Tensor>, shape: Record<string, number[]>) =>
    tf.engine().runKernel(kernelName + name, inputs, { ...attributes, ...shape }) as Tensor4D;
  const inputGradient = run('Input', { dy, filter }, { inputShape: x.shape });
  const filterGradient = run('Filter', { x, dy }, { filterShape: filter.shape });
  return [inputGradient, gather(filterGradient, kernel.shape, dilation, tf)];
}

/** Puts zeros between the rows and columns of a kernel. */
function spread(kernel: Tensor4D, [down, across]: [number, number], tf: Tf): Tensor4D {
  const [height, width, ...channels] = kernel.shape;
  const inner = channels[0] * channels[1];
  const rows = tf.pad(tf.reshape(kernel, [height, 1, width * inner]), [
    [0, 0],
    [0, down - 1],
    [0, 0],
  ]);
  const tall = (height - 1) * down + 1;
  const columns = tf.pad(
    tf.reshape(tf.slice(tf.reshape(rows, [height * down, width * inner]), 0, tall), [tall * width, 1, inner]),
    [
      [0, 0],
      [0, across - 1],
      [0, 0],
    ],
  );
  const wide = (width - 1) * across + 1;
  const spreaded = tf.slice(
    tf.reshape(columns, [tall, width * across, inner]),
    [0, 0, 0],
    [tall, wide, inner],
  );
  return tf.reshape(spreaded, [tall, wide, ...channels]);
}

/** Takes the values back out from between the zeros. */
function gather(
  spreaded: Tensor4D,
  shape: [number, number, number, number],
  [down, across]: [number, number],
  tf: Tf,
): Tensor4D {
  const rows = Array.from({ length: shape[0] }, (_, index) => index * down);
  const columns = Array.from({ length: shape[1] }, (_, index) => index * across);
  const tall = tf.gather(spreaded, tf.tensor1d(rows, 'int32'), 0);
  return tf.gather(tall, tf.tensor1d(columns, 'int32'), 1);
}
