import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import type { z } from 'zod';
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
import { convolve } from './dilated-convolution.js';
import { defineLayer, only, pictures, pictureShape, type ForwardLayer } from './layer-kind.js';
import type { Tf } from '../training/tensor-program.js';
import { windowOutput, windowPads } from './window.js';
import { depthwiseKernelToOnnx, kernelToOnnx } from '../onnx/kernel-layout.js';
import { z as zod } from 'zod';

const shared = {
  kernel_size: pair,
  strides: pair.prefault(1),
  padding: paddingMode,
  data_format: channelsLast,
  activation: activationName,
  use_bias: zod.boolean().prefault(true),
  groups: zod.literal(1, '1: tfjs has no grouped convolution').nullish(),
  activity_regularizer: trainingOnly,
  ...weightKeys('bias'),
};

const window = (config: Pick<z.output<typeof convolutionConfig>, 'kernel_size' | 'strides' | 'padding'>) => ({
  size: config.kernel_size,
  strides: config.strides,
  padding: config.padding,
});

const convolutionConfig = layerConfig({
  ...shared,
  filters: count,
  dilation_rate: pair.prefault(1),
  ...weightKeys('kernel'),
});

/** Convolution over height and width. */
export const conv2D = defineLayer({
  className: 'Conv2D',
  inputs: 'one',
  role: 'transform',
  config: convolutionConfig,
  outputShape(config, inputs) {
    const [height, width] = pictureShape(inputs);
    const sliding = { ...window(config), dilation: config.dilation_rate };
    return [...windowOutput(sliding, height, width), config.filters];
  },
  weights(config, inputs) {
    const [, , channels] = pictureShape(inputs);
    const kernel = { name: 'kernel', shape: [...config.kernel_size, channels, config.filters] };
    return config.use_bias ? [kernel, { name: 'bias', shape: [config.filters] }] : [kernel];
  },
  lower({ config, inputs, outputShape, weight }, graph) {
    const input = only(inputs);
    const [height, width, channels] = pictureShape([input.shape]);
    const convolved = graph.convolution(input, outputShape, {
      kernel: kernelToOnnx(weight('kernel'), [...config.kernel_size, channels, config.filters]),
      kernelShape: [config.filters, channels, ...config.kernel_size],
      bias: config.use_bias ? weight('bias') : undefined,
      strides: config.strides,
      dilations: config.dilation_rate,
      group: 1,
      pads: windowPads({ ...window(config), dilation: config.dilation_rate }, height, width),
    });
    return applyActivation(config.activation, convolved, graph);
  },
  forward(layer, tf) {
    const { config, inputs, weight } = layer;
    const sliding = sliding4D(config, config.dilation_rate, false);
    return finish(convolve(pictures(inputs), weight('kernel') as Tensor4D, sliding, tf), layer, tf);
  },
});

/** Convolution of every channel by itself, `depth_multiplier` outputs for each. */
export const depthwiseConv2D = defineLayer({
  className: 'DepthwiseConv2D',
  inputs: 'one',
  role: 'transform',
  config: layerConfig({
    ...shared,
    depth_multiplier: count.prefault(1),
    dilation_rate: noDilation,
    ...weightKeys('depthwise'),
    ...weightKeys('kernel'),
  }),
  outputShape(config, inputs) {
    const [height, width, channels] = pictureShape(inputs);
    return [...windowOutput(window(config), height, width), channels * config.depth_multiplier];
  },
  weights(config, inputs) {
    const [, , channels] = pictureShape(inputs);
    const kernel = {
      name: 'depthwise_kernel',
      shape: [...config.kernel_size, channels, config.depth_multiplier],
    };
    const bias = { name: 'bias', shape: [channels * config.depth_multiplier] };
    return config.use_bias ? [kernel, bias] : [kernel];
  },
  lower({ config, inputs, outputShape, weight }, graph) {
    const input = only(inputs);
    const [height, width, channels] = pictureShape([input.shape]);
    const convolved = graph.convolution(input, outputShape, {
      kernel: depthwiseKernelToOnnx(weight('depthwise_kernel'), [
        ...config.kernel_size,
        channels,
        config.depth_multiplier,
      ]),
      kernelShape: [channels * config.depth_multiplier, 1, ...config.kernel_size],
      bias: config.use_bias ? weight('bias') : undefined,
      strides: config.strides,
      dilations: [1, 1],
      group: channels,
      pads: windowPads(window(config), height, width),
    });
    return applyActivation(config.activation, convolved, graph);
  },
  forward(layer, tf) {
    const { config, inputs, weight } = layer;
    const sliding = sliding4D(config, [1, 1], true);
    return finish(convolve(pictures(inputs), weight('depthwise_kernel') as Tensor4D, sliding, tf), layer, tf);
  },
});

/** A depthwise convolution followed by a 1 × 1 convolution. */
export const separableConv2D = defineLayer({
  className: 'SeparableConv2D',
  inputs: 'one',
  role: 'transform',
  config: layerConfig({
    ...shared,
    filters: count,
    depth_multiplier: count.prefault(1),
    dilation_rate: pair.prefault(1),
    ...weightKeys('depthwise'),
    ...weightKeys('pointwise'),
  }),
  outputShape(config, inputs) {
    const [height, width] = pictureShape(inputs);
    const sliding = { ...window(config), dilation: config.dilation_rate };
    return [...windowOutput(sliding, height, width), config.filters];
  },
  weights(config, inputs) {
    const [, , channels] = pictureShape(inputs);
    const middle = channels * config.depth_multiplier;
    const kernels = [
      { name: 'depthwise_kernel', shape: [...config.kernel_size, channels, config.depth_multiplier] },
      { name: 'pointwise_kernel', shape: [1, 1, middle, config.filters] },
    ];
    return config.use_bias ? [...kernels, { name: 'bias', shape: [config.filters] }] : kernels;
  },
  lower({ config, inputs, outputShape, weight }, graph) {
    const input = only(inputs);
    const [height, width, channels] = pictureShape([input.shape]);
    const [outputHeight, outputWidth] = pictureShape([outputShape]);
    const middle = channels * config.depth_multiplier;
    const depthwise = graph.convolution(input, [outputHeight, outputWidth, middle], {
      kernel: depthwiseKernelToOnnx(weight('depthwise_kernel'), [
        ...config.kernel_size,
        channels,
        config.depth_multiplier,
      ]),
      kernelShape: [middle, 1, ...config.kernel_size],
      bias: undefined,
      strides: config.strides,
      dilations: config.dilation_rate,
      group: channels,
      pads: windowPads({ ...window(config), dilation: config.dilation_rate }, height, width),
    });
    const pointwise = graph.convolution(depthwise, outputShape, {
      kernel: kernelToOnnx(weight('pointwise_kernel'), [1, 1, middle, config.filters]),
      kernelShape: [config.filters, middle, 1, 1],
      bias: config.use_bias ? weight('bias') : undefined,
      strides: [1, 1],
      dilations: [1, 1],
      group: 1,
      pads: [0, 0, 0, 0],
    });
    return applyActivation(config.activation, pointwise, graph);
  },
  forward(layer, tf) {
    const { config, inputs, weight } = layer;
    const kernel = weight('depthwise_kernel') as Tensor4D;
    const depthwise = convolve(pictures(inputs), kernel, sliding4D(config, config.dilation_rate, true), tf);
    return finish(tf.conv2d(depthwise, weight('pointwise_kernel') as Tensor4D, 1, 'valid'), layer, tf);
  },
});

type Shared = Pick<z.output<typeof convolutionConfig>, 'strides' | 'padding' | 'use_bias' | 'activation'>;

function sliding4D(config: Shared, dilation: [number, number], depthwise: boolean) {
  return { strides: config.strides, padding: config.padding, dilation, depthwise };
}

function finish(convolved: Tensor, { config, weight }: ForwardLayer<Shared>, tf: Tf): Tensor {
  const biased = config.use_bias ? tf.add(convolved, weight('bias')) : convolved;
  return forwardActivation(config.activation, biased, tf);
}
