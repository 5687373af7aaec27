import type { Tensor } from '@tensorflow/tfjs-core';
import type { OptimizerSpec } from '../engines/training-engine.js';
import type { TensorProgram, TensorSpec, Tf } from '../tensor-program.js';
import type { TrainableNetwork, TrainableWeight } from '../trainable-network.js';
import { moveStatistics, statisticInputs } from './moving-statistics.js';
import { optimizerRule } from './optimizer-rule.js';
import { tensorNames } from './tensor-names.js';

/**
 * The program `update`: one step of the optimizer.
 *
 * Takes every weight that training changes, its slots and its summed gradient, what the batch says of normalised layers,
 * and scalars: `learningRate`, `inverseWeight` and those of `updateScalars`. Gives the weights and slots afterwards, under the names
 * they came by, and `gradientNorm`.
 *
 * @param clipNorm all gradients together are scaled down to this L2 norm where theirs is larger.
 * @see Pascanu, Mikolov and Bengio 2013, "On the difficulty of training recurrent neural networks", algorithm 1 (clipping)
 */
export function updateProgram(
  network: TrainableNetwork,
  optimizer: OptimizerSpec,
  clipNorm?: number,
): TensorProgram {
  const rule = optimizerRule(optimizer);
  const trained = network.weights.filter((weight) => weight.trained);
  const inputs: Record<string, TensorSpec> = {
    [tensorNames.learningRate]: scalar,
    [tensorNames.inverseWeight]: scalar,
    ...Object.fromEntries(Object.keys(rule.scalars(1)).map((name) => [name, scalar])),
    ...statisticInputs(network),
  };
  for (const { name, shape } of trained) {
    const spec: TensorSpec = { shape, dtype: 'float32' };
    inputs[tensorNames.weight(name)] = spec;
    inputs[tensorNames.gradient(name)] = spec;
    for (const slot of rule.slots) inputs[tensorNames.slot(slot, name)] = spec;
  }
  return {
    name: 'update',
    inputs,
    run(tf, tensors) {
      const get = (name: string) => {
        const tensor = tensors[name];
        if (tensor === undefined) throw new Error(`the program update was run without its input ${name}`);
        return tensor;
      };
      const { norm, scale } = gradientScale(tf, trained, get, clipNorm);
      const outputs: Record<string, Tensor> = { [tensorNames.gradientNorm]: norm };
      for (const { name, learningRateScale, decays } of trained) {
        const moved = rule.move(tf, {
          weight: get(tensorNames.weight(name)),
          gradient: tf.mul(get(tensorNames.gradient(name)), scale),
          learningRate: times(tf, get(tensorNames.learningRate), learningRateScale),
          weightDecay: decays ? optimizer.weightDecay : 0,
          slots: Object.fromEntries(rule.slots.map((slot) => [slot, get(tensorNames.slot(slot, name))])),
          scalars: tensors,
        });
        outputs[tensorNames.weight(name)] = moved.weight;
        for (const slot of rule.slots) outputs[tensorNames.slot(slot, name)] = moved.slots[slot] as Tensor;
      }
      return { ...outputs, ...moveStatistics(tf, network, get) };
    },
  };
}

/** The optimizer's own scalar inputs at a step, counted from 1. */
export function updateScalars(optimizer: OptimizerSpec, step: number): Record<string, number> {
  return optimizerRule(optimizer).scalars(step);
}

const scalar: TensorSpec = { shape: [], dtype: 'float32' };

/** The norm of the mean loss' gradients, and what summed gradients are multiplied by: the mean, and clipping. */
function gradientScale(
  tf: Tf,
  trained: TrainableWeight[],
  get: (name: string) => Tensor,
  clipNorm: number | undefined,
): { norm: Tensor; scale: Tensor } {
  const inverseWeight = get(tensorNames.inverseWeight);
  const squares = trained.map(({ name }) => tf.sum(tf.square(get(tensorNames.gradient(name)))));
  const norm = tf.mul(tf.sqrt(tf.addN(squares)), inverseWeight);
  if (clipNorm === undefined) return { norm, scale: inverseWeight };
  return { norm, scale: tf.mul(inverseWeight, tf.div(clipNorm, tf.maximum(norm, clipNorm))) };
}

function times(tf: Tf, value: Tensor, factor: number): Tensor {
  return factor === 1 ? value : tf.mul(value, factor);
}
