import type { Tensor } from '@tensorflow/tfjs-core';
import { z } from 'zod';
import type { Tf } from '../training/tensor-program.js';
import { channelsLast, layerConfig } from './config-rules.js';
import { defineLayer, LayerError, only } from './layer-kind.js';

/** All values in one row, row-major over height, width, channels. */
export const flatten = defineLayer({
  className: 'Flatten',
  inputs: 'one',
  role: 'reshape',
  config: layerConfig({ data_format: channelsLast }),
  outputShape: (_config, inputs) => [size(only(inputs))],
  lower: ({ inputs, outputShape }, graph) => graph.reshape(only(inputs), outputShape),
  forward: ({ inputs, outputShape }, tf) => inShape(only(inputs), outputShape, tf),
});

/** The same values, row-major, in another shape. */
export const reshape = defineLayer({
  className: 'Reshape',
  inputs: 'one',
  role: 'reshape',
  config: layerConfig({ target_shape: z.array(z.int().min(-1).nullable()).min(1).max(6) }),
  outputShape(config, inputs) {
    const total = size(only(inputs));
    const open = config.target_shape.filter((length) => length === null || length < 1).length;
    const known = size(config.target_shape.filter((length) => length !== null && length >= 1) as number[]);
    if (open > 1 || total % known !== 0 || (open === 0 && total !== known)) {
      throw new LayerError(
        `reshapes ${JSON.stringify(only(inputs))} to ${JSON.stringify(config.target_shape)}, which holds another number of values`,
      );
    }
    return config.target_shape.map((length) => (length === null || length < 1 ? total / known : length));
  },
  lower: ({ inputs, outputShape }, graph) => graph.reshape(only(inputs), outputShape),
  forward: ({ inputs, outputShape }, tf) => inShape(only(inputs), outputShape, tf),
});

/** Axes in another order. */
export const permute = defineLayer({
  className: 'Permute',
  inputs: 'one',
  role: 'reshape',
  config: layerConfig({ dims: z.array(z.int().min(1)).min(1).max(6) }),
  outputShape(config, inputs) {
    const shape = only(inputs);
    const sorted = [...config.dims].sort((a, b) => a - b);
    if (shape.length !== config.dims.length || sorted.some((axis, index) => axis !== index + 1)) {
      throw new LayerError(`orders axes ${JSON.stringify(config.dims)} of ${JSON.stringify(shape)}`);
    }
    return config.dims.map((axis) => shape[axis - 1] ?? 0);
  },
  lower({ config, inputs, outputShape }, graph) {
    const turned = graph.node('Transpose', [graph.plain(only(inputs)).name], { perm: [0, ...config.dims] });
    return graph.fromPlain(turned, outputShape);
  },
  forward: ({ config, inputs }, tf) => tf.transpose(only(inputs), [0, ...config.dims]),
});

function inShape(tensor: Tensor, shape: number[], tf: Tf): Tensor {
  return tf.reshape(tensor, [tensor.shape[0] ?? 1, ...shape]);
}

function size(shape: number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}
