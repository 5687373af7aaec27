import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import type { ForwardMode } from '../../layers/layer-kind.js';
import type { TensorProgram, TensorSpec, Tf } from '../tensor-program.js';
import type { TrainableNetwork } from '../trainable-network.js';
import { dropoutMasks } from './dropout-masks.js';
import { forwardNetwork } from './forward-network.js';
import { sumLosses, type LossFunction } from './loss-function.js';
import { ownFunctionInvalid } from './own-function.js';
import { weightInputs, weightTensors, type WeightOptions } from './network-weights.js';
import { tensorNames } from './tensor-names.js';

/**
 * The program `gradients`: what a batch says about the weights.
 *
 * Takes `inputs` [rows, …inputShape], `targets` [rows, numClasses], every weight that training changes, and the masks of
 * `dropoutMasks`. Gives `logits`, and the undivided sums over the rows: `loss` and one gradient for each trained weight. So a
 * batch may be run in parts, and the parts added. Where batch normalisation is trained, mean and variance of every
 * such layer are given too.
 *
 * The gradients are tfjs' own.
 *
 * @param options.loss in place of softmax cross-entropy.
 */
export function gradientProgram(
  network: TrainableNetwork,
  rows: number,
  { loss, ...options }: WeightOptions & { loss?: LossFunction | undefined } = {},
): TensorProgram {
  return {
    name: 'gradients',
    ...(loss === undefined ? {} : { ownFunctions: ['loss'] }),
    inputs: {
      [tensorNames.inputs]: float32([rows, ...network.inputShape]),
      [tensorNames.targets]: float32([rows, network.numClasses]),
      ...usedWeights(network, weightInputs(network, options)),
      ...Object.fromEntries(
        dropoutMasks(network, rows).map(({ layer, shape }) => [tensorNames.mask(layer), float32(shape)]),
      ),
    },
    run: (tf, inputs) => lossAndGradients(tf, network, inputs, loss),
  };
}

function lossAndGradients(
  tf: Tf,
  network: TrainableNetwork,
  inputs: Record<string, Tensor>,
  loss: LossFunction | undefined,
): Record<string, Tensor> {
  const trained = network.weights.filter((weight) => weight.trained);
  if (trained.length === 0) throw new Error('no weight of the network is trained');
  const weights = weightTensors(tf, network, inputs);
  const kept = new Map<string, Tensor>();
  // The gradient function hands out the loss alone; what else is wanted has to outlive its forward pass.
  const keep = (name: string, tensor: Tensor) => kept.set(name, tf.keep(tf.clone(tensor)));
  try {
    const { value, grads } = tf.valueAndGrads((...tensors: Tensor[]) => {
      const current = new Map(weights);
      trained.forEach(({ name }, index) => current.set(name, tensors[index] as Tensor));
      const mode = trainingMode(network, inputs, keep);
      const logits = forwardNetwork(tf, network.layers, tensorOf(inputs, tensorNames.inputs), current, mode);
      keep(tensorNames.logits, logits);
      return sumLosses(tf, loss, logits, tensorOf(inputs, tensorNames.targets)) as Scalar;
    })(trained.map(({ name }) => weights.get(name) as Tensor));
    return {
      [tensorNames.loss]: value,
      ...Object.fromEntries([...kept].map(([name, tensor]) => [name, tf.clone(tensor)])),
      ...Object.fromEntries(
        trained.map(({ name }, index) => [tensorNames.gradient(name), grads[index] as Tensor]),
      ),
    };
  } catch (error) {
    throw loss === undefined ? error : explainConstant(error);
  } finally {
    kept.forEach((tensor) => tensor.dispose());
  }
}

/** tfjs says by its message only that a result does not depend on what it is to be differentiated by. */
function explainConstant(error: unknown): unknown {
  if (!(error instanceof Error && error.message.startsWith('Cannot compute gradient of y=f(x)')))
    return error;
  return ownFunctionInvalid(
    'loss',
    'gave losses that do not depend on the logits, so nothing can be learnt.',
  );
}

function trainingMode(
  network: TrainableNetwork,
  inputs: Record<string, Tensor>,
  keep: (name: string, tensor: Tensor) => void,
): ForwardMode {
  return {
    batchNormalization: network.batchNormalization === 'training' ? 'batch' : 'stored',
    observe(layer, mean, variance) {
      keep(tensorNames.statistic(layer, 'mean'), mean);
      keep(tensorNames.statistic(layer, 'variance'), variance);
    },
    dropoutMask: (layer) => inputs[tensorNames.mask(layer)],
  };
}

/** Stored statistics are not read where the batch's own are used. */
function usedWeights(
  network: TrainableNetwork,
  specs: Record<string, TensorSpec>,
): Record<string, TensorSpec> {
  if (network.batchNormalization !== 'training') return specs;
  const unread = new Set(
    network.weights.filter(({ isStatistic }) => isStatistic).map(({ name }) => tensorNames.weight(name)),
  );
  return Object.fromEntries(Object.entries(specs).filter(([name]) => !unread.has(name)));
}

function tensorOf(inputs: Record<string, Tensor>, name: string): Tensor {
  const tensor = inputs[name];
  if (tensor === undefined) throw new Error(`the program gradients was run without its input ${name}`);
  return tensor;
}

function float32(shape: number[]): TensorSpec {
  return { shape, dtype: 'float32' };
}
