import type { Tensor } from '@tensorflow/tfjs-core';
import type { OptimizerSpec } from '../engines/training-engine.js';
import type { OwnFunction, TensorProgram, TensorSpec, Tf } from '../tensor-program.js';
import type { TrainableNetwork, TrainableWeight } from '../trainable-network.js';
import { moveStatistics, statisticInputs } from './moving-statistics.js';
import { isOwnOptimizer, optimizerRule, type OptimizerRule } from './optimizer-rule.js';
import { tensorNames } from './tensor-names.js';
import { differentiatePenalty, type WeightPenalty } from './weight-penalty.js';

/**
 * The program `update`: one step of the optimizer.
 *
 * Takes every weight that training changes, its slots and its summed gradient, what the batch says of normalised layers,
 * and scalars: `learningRate`, `inverseWeight` and those of `updateScalars`. Gives the weights and slots afterwards, under the names
 * they came by, and `gradientNorm`. Where a penalty is added to the loss: `penalty` and `penaltyNorm` too; with a strategy's own
 * optimizer `movedNorm`.
 *
 * A penalty's gradient joins after clipping, as weight decay does: it is no noise of a batch, and a hard batch must not
 * weaken it. So λ/2 · ‖w‖² as a penalty is weight decay λ of SGD. `gradientNorm` is of the loss alone.
 *
 * @param clipNorm all gradients together are scaled down to this L2 norm where theirs is larger.
 * @see Pascanu, Mikolov and Bengio 2013, "On the difficulty of training recurrent neural networks", algorithm 1 (clipping)
 */
export function updateProgram(
  network: TrainableNetwork,
  optimizer: OptimizerSpec | OptimizerRule,
  clipNorm?: number,
  penalty?: WeightPenalty,
): TensorProgram {
  const rule = optimizerRule(optimizer);
  const ownFunctions: OwnFunction[] = [
    ...(penalty === undefined ? [] : ['penalty' as const]),
    ...(isOwnOptimizer(optimizer) ? ['optimizer.move' as const] : []),
  ];
  const head = network.layers.at(-1)?.name;
  const trained = network.weights.filter((weight) => weight.trained);
  const scalars = Object.keys(rule.scalars(1));
  const inputs: Record<string, TensorSpec> = {
    [tensorNames.learningRate]: scalar,
    [tensorNames.inverseWeight]: scalar,
    ...Object.fromEntries(scalars.map((name) => [name, scalar])),
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
    ...(ownFunctions.length === 0 ? {} : { ownFunctions }),
    inputs,
    run(tf, tensors) {
      const get = (name: string) => {
        const tensor = tensors[name];
        if (tensor === undefined) throw new Error(`the program update was run without its input ${name}`);
        return tensor;
      };
      const { norm, scale } = gradientScale(tf, trained, get, clipNorm);
      const outputs: Record<string, Tensor> = { [tensorNames.gradientNorm]: norm };
      const penalties: { value: Tensor; gradient: Tensor | undefined }[] = [];
      const given: Tensor[] = [];
      for (const { name, layer, shape, value, learningRateScale, decays } of trained) {
        const weight = get(tensorNames.weight(name));
        let gradient = tf.mul(get(tensorNames.gradient(name)), scale);
        if (penalty !== undefined) {
          const start = tf.tensor(value, shape, 'float32');
          const pull = differentiatePenalty(tf, penalty, weight, { name, isHead: layer === head, start });
          penalties.push(pull);
          if (pull.gradient !== undefined) gradient = tf.add(gradient, pull.gradient);
        }
        const moved = rule.move(tf, {
          weight,
          gradient,
          learningRate: times(tf, get(tensorNames.learningRate), learningRateScale),
          weightDecay: decays ? (optimizer.weightDecay ?? 0) : 0,
          slots: Object.fromEntries(rule.slots.map((slot) => [slot, get(tensorNames.slot(slot, name))])),
          scalars: Object.fromEntries(scalars.map((scalarName) => [scalarName, get(scalarName)])),
        });
        outputs[tensorNames.weight(name)] = moved.weight;
        for (const slot of rule.slots) outputs[tensorNames.slot(slot, name)] = moved.slots[slot] as Tensor;
        if (isOwnOptimizer(optimizer)) given.push(moved.weight, ...Object.values(moved.slots));
      }
      if (penalty !== undefined) {
        const pulls = penalties.flatMap(({ gradient }) => (gradient === undefined ? [] : [gradient]));
        outputs[tensorNames.penalty] = tf.addN(penalties.map(({ value }) => value));
        outputs[tensorNames.penaltyNorm] = normOf(tf, pulls);
      }
      if (isOwnOptimizer(optimizer)) outputs[tensorNames.movedNorm] = normOf(tf, given);
      return { ...outputs, ...moveStatistics(tf, network, get) };
    },
  };
}

/** The optimizer's own scalar inputs at a step, counted from 1. */
export function updateScalars(
  optimizer: OptimizerSpec | OptimizerRule,
  step: number,
): Record<string, number> {
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

/** L2 norm of several tensors together. */
function normOf(tf: Tf, tensors: Tensor[]): Tensor {
  const squares = tensors.map((tensor) => tf.sum(tf.square(tensor)));
  // An output has to be computed, also where there is nothing to compute it from.
  return tf.sqrt(tf.addN(squares.length === 0 ? [tf.scalar(0)] : squares));
}

function times(tf: Tf, value: Tensor, factor: number): Tensor {
  return factor === 1 ? value : tf.mul(value, factor);
}
