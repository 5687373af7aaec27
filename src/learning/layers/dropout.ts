import type { Tensor } from '@tensorflow/tfjs-core';
import type { z } from 'zod';
import type { Tf } from '../training/tensor-program.js';
import { layerConfig, trainingOnly } from './config-rules.js';
import { defineLayer, LayerError, only, type ForwardLayer, type LayerKind } from './layer-kind.js';

const noiseConfig = layerConfig({
  rate: trainingOnly,
  stddev: trainingOnly,
  noise_shape: trainingOnly,
  seed: trainingOnly,
});
type NoiseLayer = ForwardLayer<z.output<typeof noiseConfig>>;

/** Layers that act in training only. In a frozen network they pass their input on. */
export const dropoutLayers: LayerKind[] = [
  noise('Dropout', dropOut),
  noise('GaussianNoise', refuseTraining),
  noise('GaussianDropout', refuseTraining),
  noise('AlphaDropout', refuseTraining),
];

function noise(className: string, forward: (layer: NoiseLayer, tf: Tf) => Tensor): LayerKind {
  return defineLayer({
    className,
    inputs: 'one',
    role: 'none',
    config: noiseConfig,
    outputShape: (_config, inputs) => only(inputs),
    lower: ({ inputs }) => only(inputs),
    forward,
  });
}

/**
 * Sets a share of the values to 0 and makes the others larger, so that the sum is kept on average.
 *
 * @see Srivastava et al. 2014, "Dropout", section 10 (scaling in training).
 */
function dropOut({ name, config, inputs, mode }: NoiseLayer, tf: Tf): Tensor {
  const input = only(inputs);
  const mask = maskOf(name, input, config.rate, mode);
  if (mask === undefined) return input;
  if (Number(config.rate) >= 1) throw new LayerError(`has rate ${config.rate}; below 1 something is kept`);
  if (Array.isArray(config.noise_shape)) {
    throw new LayerError('has a noise_shape; only dropout of single values can be trained');
  }
  return tf.mul(input, mask);
}

/** Noise that tfjs knows and that training does not draw. */
function refuseTraining({ name, config, inputs, mode }: NoiseLayer): Tensor {
  const input = only(inputs);
  if (maskOf(name, input, config.stddev ?? config.rate, mode) !== undefined) {
    throw new LayerError('adds noise that training does not draw; replace it by a Dropout, or freeze it');
  }
  return input;
}

/** The share of values that a layer drops in training, or the strength of its noise; 0 for layers without. */
export function noiseRate({ kind, config }: { kind: LayerKind; config: unknown }): number {
  if (!dropoutLayers.includes(kind)) return 0;
  const { rate, stddev } = config as z.output<typeof noiseConfig>;
  const strength = stddev ?? rate;
  return typeof strength === 'number' ? strength : 0;
}

function maskOf(name: string, input: Tensor, rate: unknown, mode: NoiseLayer['mode']): Tensor | undefined {
  return typeof rate === 'number' && rate > 0 ? mode.dropoutMask(name, input.shape, rate) : undefined;
}
