import { z } from 'zod';
import { defineLayer, LayerError } from './layer-kind.js';
import { layerConfig } from './config-rules.js';

/** Where pictures enter. Its shape is the network's input; it computes nothing. */
export const inputLayer = defineLayer({
  className: 'InputLayer',
  inputs: 'none',
  role: 'input',
  config: layerConfig({
    batch_input_shape: z.array(z.int().min(1).nullable()).min(2),
    sparse: z.literal(false).nullish(),
    ragged: z.literal(false).nullish(),
  }),
  outputShape() {
    throw new LayerError('is an input: its shape is given, not computed');
  },
  lower() {
    throw new LayerError('is an input: there is nothing to run');
  },
  forward() {
    throw new LayerError('is an input: there is nothing to run');
  },
});
