import type { Tensor } from '@tensorflow/tfjs-core';
import type { TensorSpec, Tf } from '../tensor-program.js';
import type { TrainableNetwork, TrainableWeight } from '../trainable-network.js';
import { tensorNames } from './tensor-names.js';

/** How a program gets the weights that training leaves alone. */
export interface WeightOptions {
  /**
   * `constants`: they are part of the program, and a compiler may compute with them beforehand. `inputs`: they are handed
   * in, which is better where a program is run operation by operation and the engine keeps its tensors.
   */
  frozenWeights?: 'constants' | 'inputs';
}

/** The weights that training changes: by the optimizer, or by the batches. */
export function movingWeights(network: TrainableNetwork): TrainableWeight[] {
  return network.weights.filter((weight) => moves(weight, network));
}

/** The inputs that stand for the weights. */
export function weightInputs(
  network: TrainableNetwork,
  { frozenWeights = 'constants' }: WeightOptions,
): Record<string, TensorSpec> {
  const weights = frozenWeights === 'inputs' ? network.weights : movingWeights(network);
  return Object.fromEntries(
    weights.map(({ name, shape }) => [tensorNames.weight(name), { shape, dtype: 'float32' }]),
  );
}

/** All weights by name: from the program's inputs, the others made from their values. */
export function weightTensors(
  tf: Tf,
  network: TrainableNetwork,
  inputs: Record<string, Tensor>,
): Map<string, Tensor> {
  return new Map(
    network.weights.map(({ name, value, shape }) => [
      name,
      inputs[tensorNames.weight(name)] ?? tf.tensor(value, shape, 'float32'),
    ]),
  );
}

function moves(weight: TrainableWeight, network: TrainableNetwork): boolean {
  return weight.trained || (weight.isStatistic && network.batchNormalization === 'training');
}
