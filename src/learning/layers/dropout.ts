import { defineLayer, only, type LayerKind } from './layer-kind.js';
import { layerConfig, trainingOnly } from './config-rules.js';

/** Layers that act in training only. In a frozen network they pass their input on. */
export const dropoutLayers: LayerKind[] = ['Dropout', 'GaussianNoise', 'GaussianDropout', 'AlphaDropout'].map(
  (className) =>
    defineLayer({
      className,
      inputs: 'one',
      role: 'none',
      config: layerConfig({
        rate: trainingOnly,
        stddev: trainingOnly,
        noise_shape: trainingOnly,
        seed: trainingOnly,
      }),
      outputShape: (_config, inputs) => only(inputs),
      lower: ({ inputs }) => only(inputs),
    }),
);
