import { z } from 'zod';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { activationName, applyActivation, forwardActivation } from './activation-functions.js';
import {
  channelsLast,
  count,
  layerConfig,
  noDilation,
  paddingMode,
  pair,
  trainingOnly,
  weightKeys,
} from './config-rules.js';
import { defineLayer, only, pictures, pictureShape } from './layer-kind.js';
import { transposedKernelToOnnx } from '../onnx/kernel-layout.js';
import { windowPads } from './window.js';

/** The gradient of a convolution used as a layer: it enlarges. */
export const conv2DTranspose = defineLayer({
  className: 'Conv2DTranspose',
  inputs: 'one',
  role: 'transform',
  config: layerConfig({
    filters: count,
    kernel_size: pair,
    strides: pair.prefault(1),
    padding: paddingMode,
    output_padding: z.null('null: tfjs has no output padding').optional(),
    dilation_rate: noDilation,
    data_format: channelsLast,
    activation: activationName,
    use_bias: z.boolean().prefault(true),
    groups: z.literal(1, '1: tfjs has no grouped convolution').nullish(),
    activity_regularizer: trainingOnly,
    ...weightKeys('kernel'),
    ...weightKeys('bias'),
  }),
  outputShape(config, inputs) {
    const [height, width] = pictureShape(inputs);
    const enlarge = (length: number, axis: 0 | 1) =>
      length * config.strides[axis] +
      (config.padding === 'same' ? 0 : Math.max(config.kernel_size[axis] - config.strides[axis], 0));
    return [enlarge(height, 0), enlarge(width, 1), config.filters];
  },
  weights(config, inputs) {
    const [, , channels] = pictureShape(inputs);
    const kernel = { name: 'kernel', shape: [...config.kernel_size, config.filters, channels] };
    return config.use_bias ? [kernel, { name: 'bias', shape: [config.filters] }] : [kernel];
  },
  lower({ config, inputs, outputShape, weight }, graph) {
    const input = only(inputs);
    const [height, width, channels] = pictureShape([input.shape]);
    const [outputHeight, outputWidth] = pictureShape([outputShape]);
    // The padding is that of the convolution this is the gradient of, which slid over our output.
    const pads = windowPads(
      { size: config.kernel_size, strides: config.strides, padding: config.padding },
      outputHeight,
      outputWidth,
    );
    const covered = (length: number, axis: 0 | 1) =>
      config.strides[axis] * (length - 1) +
      config.kernel_size[axis] -
      pads[axis] -
      pads[axis + 2 === 2 ? 2 : 3];
    const enlarged = graph.node(
      'ConvTranspose',
      [
        graph.image(input).name,
        graph.weights(
          transposedKernelToOnnx(weight('kernel'), [...config.kernel_size, config.filters, channels]),
          [channels, config.filters, ...config.kernel_size],
        ),
        ...(config.use_bias ? [graph.weights(weight('bias'), [config.filters])] : []),
      ],
      {
        kernel_shape: config.kernel_size,
        strides: config.strides,
        pads,
        output_padding: [outputHeight - covered(height, 0), outputWidth - covered(width, 1)],
      },
    );
    return applyActivation(config.activation, graph.value(enlarged, outputShape), graph);
  },
  forward({ config, inputs, outputShape, weight }, tf) {
    const input = pictures(inputs);
    const shape: [number, number, number, number] = [input.shape[0], ...pictureShape([outputShape])];
    const kernel = weight('kernel') as Tensor4D;
    const enlarged = tf.conv2dTranspose(input, kernel, shape, config.strides, config.padding);
    const biased = config.use_bias ? tf.add(enlarged, weight('bias')) : enlarged;
    return forwardActivation(config.activation, biased, tf);
  },
});
