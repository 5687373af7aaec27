import { z } from 'zod';
import { activationName, applyActivation, forwardActivation } from './activation-functions.js';
import { count, layerConfig, trainingOnly, weightKeys } from './config-rules.js';
import { defineLayer, LayerError, only } from './layer-kind.js';

/** A matrix product over the last axis, with bias. */
export const dense = defineLayer({
  className: 'Dense',
  inputs: 'one',
  role: 'transform',
  config: layerConfig({
    units: count,
    activation: activationName,
    use_bias: z.boolean().prefault(true),
    input_dim: trainingOnly,
    activity_regularizer: trainingOnly,
    ...weightKeys('kernel'),
    ...weightKeys('bias'),
  }),
  outputShape: (config, inputs) => [...only(inputs).slice(0, -1), config.units],
  weights(config, inputs) {
    const kernel = { name: 'kernel', shape: [features(only(inputs)), config.units] };
    return config.use_bias ? [kernel, { name: 'bias', shape: [config.units] }] : [kernel];
  },
  lower({ config, inputs, outputShape, weight }, graph) {
    // On a picture the product runs over channels-last rows, as on any other tensor.
    const input = graph.plain(only(inputs));
    const kernel = graph.weights(weight('kernel'), [features(input.shape), config.units]);
    const bias = config.use_bias ? graph.weights(weight('bias'), [config.units]) : undefined;
    const product =
      input.shape.length === 1
        ? graph.node('Gemm', [input.name, kernel, ...(bias === undefined ? [] : [bias])])
        : withBias(graph.node('MatMul', [input.name, kernel]), bias);
    return applyActivation(config.activation, graph.fromPlain(product, outputShape), graph);

    function withBias(name: string, addend: string | undefined): string {
      return addend === undefined ? name : graph.node('Add', [name, addend]);
    }
  },
  forward({ config, inputs, outputShape, weight }, tf) {
    const input = only(inputs);
    const rows = input.rank === 2 ? input : tf.reshape(input, [-1, features(input.shape)]);
    const product = tf.matMul(rows, weight('kernel'));
    const biased = config.use_bias ? tf.add(product, weight('bias')) : product;
    const shaped = input.rank === 2 ? biased : tf.reshape(biased, [input.shape[0] ?? 1, ...outputShape]);
    return forwardActivation(config.activation, shaped, tf);
  },
});

function features(shape: number[]): number {
  const last = shape.at(-1);
  if (last === undefined) throw new LayerError('needs an input with at least one axis');
  return last;
}
