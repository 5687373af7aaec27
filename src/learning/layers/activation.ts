import { z } from 'zod';
import {
  activationName,
  applyActivation,
  clip,
  forwardActivation,
  limitedRelu,
  softmax,
} from './activation-functions.js';
import { layerConfig, weightKeys } from './config-rules.js';
import { defineLayer, LayerError, only } from './layer-kind.js';

const zero = z.literal(0, '0: tfjs ignores other values').nullish();

/** A named activation function as a layer. */
export const activation = defineLayer({
  className: 'Activation',
  inputs: 'one',
  role: 'activation',
  config: layerConfig({ activation: activationName }),
  outputShape: (_config, inputs) => only(inputs),
  lower: ({ config, inputs }, graph) => applyActivation(config.activation, only(inputs), graph),
  forward: ({ config, inputs }, tf) => forwardActivation(config.activation, only(inputs), tf),
});

/** max(x, 0), limited to `max_value` where one is given. */
export const reLU = defineLayer({
  className: 'ReLU',
  inputs: 'one',
  role: 'activation',
  config: layerConfig({
    max_value: z.number().min(0).nullish(),
    negative_slope: zero,
    threshold: zero,
  }),
  outputShape: (_config, inputs) => only(inputs),
  lower({ config, inputs }, graph) {
    const input = only(inputs);
    return typeof config.max_value === 'number'
      ? clip(input, 0, config.max_value, graph)
      : graph.elementwise('Relu', input);
  },
  forward({ config, inputs }, tf) {
    const input = only(inputs);
    return typeof config.max_value === 'number' ? limitedRelu(input, config.max_value, tf) : tf.relu(input);
  },
});

/** x where positive, alpha · x elsewhere. */
export const leakyReLU = defineLayer({
  className: 'LeakyReLU',
  inputs: 'one',
  role: 'activation',
  config: layerConfig({
    alpha: z
      .number()
      .nullish()
      .transform((alpha) => alpha ?? 0.3),
  }),
  outputShape: (_config, inputs) => only(inputs),
  lower: ({ config, inputs }, graph) =>
    graph.elementwise('LeakyRelu', only(inputs), { alpha: { float: config.alpha } }),
  forward: ({ config, inputs }, tf) => tf.leakyRelu(only(inputs), config.alpha),
});

/** x where positive, a learnt slope times x elsewhere. */
export const pReLU = defineLayer({
  className: 'PReLU',
  inputs: 'one',
  role: 'activation',
  config: layerConfig({
    shared_axes: z
      .union([z.int().min(1), z.array(z.int().min(1))])
      .nullish()
      .transform((axes) => (typeof axes === 'number' ? [axes] : (axes ?? []))),
    ...weightKeys('alpha'),
  }),
  outputShape: (_config, inputs) => only(inputs),
  weights: (config, inputs) => [{ name: 'alpha', shape: slopeShape(config.shared_axes, only(inputs)) }],
  lower({ config, inputs, weight }, graph) {
    const input = only(inputs);
    const slope = graph.constant(weight('alpha'), slopeShape(config.shared_axes, input.shape));
    return graph.elementwise('PRelu', input, {}, [slope]);
  },
  forward: ({ inputs, weight }, tf) => tf.prelu(only(inputs), weight('alpha')),
});

/** Exponential linear unit; tfjs knows alpha 1 only. */
export const eLU = defineLayer({
  className: 'ELU',
  inputs: 'one',
  role: 'activation',
  config: layerConfig({ alpha: z.literal(1, '1: tfjs has no other').nullish() }),
  outputShape: (_config, inputs) => only(inputs),
  lower: ({ inputs }, graph) => graph.elementwise('Elu', only(inputs)),
  forward: ({ inputs }, tf) => tf.elu(only(inputs)),
});

/** x where it exceeds theta, 0 elsewhere. */
export const thresholdedReLU = defineLayer({
  className: 'ThresholdedReLU',
  inputs: 'one',
  role: 'activation',
  config: layerConfig({
    theta: z
      .number()
      .nullish()
      .transform((theta) => theta ?? 1),
  }),
  outputShape: (_config, inputs) => only(inputs),
  lower: ({ config, inputs }, graph) =>
    graph.elementwise('ThresholdedRelu', only(inputs), { alpha: { float: config.theta } }),
  forward({ config, inputs }, tf) {
    const input = only(inputs);
    // tfjs has a gradient, zero, of a step, and none of a comparison.
    return tf.mul(input, tf.step(tf.sub(input, config.theta)));
  },
});

/** Softmax along an axis. tfjs' default is axis 1, which on a vector is the last one. */
export const softmaxLayer = defineLayer({
  className: 'Softmax',
  inputs: 'one',
  role: 'activation',
  config: layerConfig({
    axis: z
      .union([z.int(), z.tuple([z.int()]).transform(([axis]) => axis)])
      .nullish()
      .transform((axis) => axis ?? 1),
  }),
  outputShape(config, inputs) {
    const shape = only(inputs);
    if (config.axis !== -1 && config.axis !== shape.length) {
      throw new LayerError(`is a softmax along axis ${config.axis}; tfjs has it along the last axis only`);
    }
    return shape;
  },
  lower: ({ config, inputs }, graph) => softmax('Softmax', only(inputs), config.axis, graph),
  forward: ({ inputs }, tf) => tf.softmax(only(inputs)),
});

function slopeShape(sharedAxes: number[], input: number[]): number[] {
  return input.map((length, index) => (sharedAxes.includes(index + 1) ? 1 : length));
}
