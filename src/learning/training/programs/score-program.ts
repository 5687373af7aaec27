import type { TensorProgram } from '../tensor-program.js';
import type { TrainableNetwork } from '../trainable-network.js';
import { forwardNetwork, inferenceMode } from './forward-network.js';
import { weightInputs, weightTensors, type WeightOptions } from './network-weights.js';
import { tensorNames } from './tensor-names.js';

/**
 * The program `scores`: `logits` [rows, numClasses] of `inputs` [rows, …inputShape] under the weights as they are, in
 * inference mode.
 */
export function scoreProgram(
  network: TrainableNetwork,
  rows: number,
  options: WeightOptions = {},
): TensorProgram {
  return {
    name: 'scores',
    inputs: {
      [tensorNames.inputs]: { shape: [rows, ...network.inputShape], dtype: 'float32' },
      ...weightInputs(network, options),
    },
    run(tf, inputs) {
      const input = inputs[tensorNames.inputs];
      if (input === undefined) throw new Error('the program scores was run without its inputs');
      const weights = weightTensors(tf, network, inputs);
      return { [tensorNames.logits]: forwardNetwork(tf, network.layers, input, weights, inferenceMode) };
    },
  };
}
