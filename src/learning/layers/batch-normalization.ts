import { z } from 'zod';
import { layerConfig, trainingOnly, weightKeys } from './config-rules.js';
import { normalizeByBatch } from './normalize-by-batch.js';
import { defineLayer, LayerError, only } from './layer-kind.js';

/**
 * Batch normalisation on its stored statistics: y = gamma · (x − mean) / √(variance + epsilon) + beta, per channel.
 * Where a convolution feeds nothing else, the two become one. In training it may use the batch's own statistics.
 *
 * @see Ioffe and Szegedy 2015, "Batch Normalization", algorithm 2.
 */
export const batchNormalization = defineLayer({
  className: 'BatchNormalization',
  inputs: 'one',
  role: 'transform',
  config: layerConfig({
    axis: z
      .union([z.int(), z.tuple([z.int()]).transform(([axis]) => axis)])
      .nullish()
      .transform((axis) => axis ?? -1),
    momentum: trainingOnly,
    epsilon: z.number().min(0).max(1).prefault(1e-3),
    center: z.boolean().prefault(true),
    scale: z.boolean().prefault(true),
    renorm: z.literal(false).nullish(),
    renorm_clipping: trainingOnly,
    renorm_momentum: trainingOnly,
    synchronized: trainingOnly,
    ...weightKeys('beta'),
    ...weightKeys('gamma'),
    moving_mean_initializer: trainingOnly,
    moving_variance_initializer: trainingOnly,
  }),
  outputShape(config, inputs) {
    const shape = only(inputs);
    channelCount(config.axis, shape);
    return shape;
  },
  weights(config, inputs) {
    const shape = [channelCount(config.axis, only(inputs))];
    return [
      ...(config.scale ? [{ name: 'gamma', shape }] : []),
      ...(config.center ? [{ name: 'beta', shape }] : []),
      { name: 'moving_mean', shape },
      { name: 'moving_variance', shape },
    ];
  },
  lower({ config, inputs, weight }, graph) {
    const mean = weight('moving_mean');
    const variance = weight('moving_variance');
    const gamma = config.scale ? weight('gamma') : undefined;
    const beta = config.center ? weight('beta') : undefined;
    const scale = variance.map((v, i) => (gamma?.[i] ?? 1) / Math.sqrt(v + config.epsilon));
    const shift = mean.map((m, i) => (beta?.[i] ?? 0) - m * (scale[i] ?? 0));
    return graph.scaleAndShift(only(inputs), scale, shift);
  },
  forward({ name, config, inputs, weight, mode }, tf) {
    const input = only(inputs);
    const gamma = config.scale ? weight('gamma') : undefined;
    const beta = config.center ? weight('beta') : undefined;
    if (mode.batchNormalization === 'batch') {
      const { output, mean, variance } = normalizeByBatch(
        input,
        { gamma, beta, epsilon: config.epsilon },
        tf,
      );
      mode.observe(name, mean, variance);
      return output;
    }
    // The mean is taken off first: gamma's gradient would otherwise be the small difference of two large sums.
    const centred = tf.sub(input, weight('moving_mean'));
    const inverse = tf.rsqrt(tf.add(weight('moving_variance'), config.epsilon));
    const scaled = tf.mul(centred, gamma === undefined ? inverse : tf.mul(inverse, gamma));
    return beta === undefined ? scaled : tf.add(scaled, beta);
  },
});

function channelCount(axis: number, shape: number[]): number {
  const channels = shape.at(-1);
  if (channels === undefined || (axis !== -1 && axis !== shape.length)) {
    throw new LayerError(`normalises axis ${axis}; only the last axis, the channels, is supported`);
  }
  return channels;
}
