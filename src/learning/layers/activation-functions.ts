import { z } from 'zod';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { GraphBuilder, Value } from '../onnx/graph-builder.js';
import type { Tf } from '../training/tensor-program.js';

/** One function, as tfjs computes it: added to an ONNX graph, and in tfjs' operations for training. */
interface ActivationFunction {
  lower(x: Value, graph: GraphBuilder): Value;
  forward(x: Tensor, tf: Tf): Tensor;
}

/** The activation functions a layer may name. */
const functions = {
  linear: { lower: (x) => x, forward: (x) => x },
  relu: { lower: (x, graph) => graph.elementwise('Relu', x), forward: (x, tf) => tf.relu(x) },
  relu6: { lower: (x, graph) => clip(x, 0, 6, graph), forward: (x, tf) => limitedRelu(x, 6, tf) },
  sigmoid: { lower: (x, graph) => graph.elementwise('Sigmoid', x), forward: (x, tf) => tf.sigmoid(x) },
  // Keras 2 and tfjs: clip(0.2·x + 0.5, 0, 1). Keras 3 changed the slope; a network run by tfjs has tfjs' meaning.
  hard_sigmoid: {
    lower: (x, graph) => graph.elementwise('HardSigmoid', x, { alpha: { float: 0.2 }, beta: { float: 0.5 } }),
    forward: (x, tf) => tf.clipByValue(tf.add(tf.mul(x, 0.2), 0.5), 0, 1),
  },
  tanh: { lower: (x, graph) => graph.elementwise('Tanh', x), forward: (x, tf) => tf.tanh(x) },
  elu: { lower: (x, graph) => graph.elementwise('Elu', x), forward: (x, tf) => tf.elu(x) },
  selu: {
    lower: (x, graph) =>
      graph.elementwise('Selu', x, {
        alpha: { float: 1.6732632423543772 },
        gamma: { float: 1.0507009873554805 },
      }),
    forward: (x, tf) => tf.selu(x),
  },
  softplus: { lower: (x, graph) => graph.elementwise('Softplus', x), forward: (x, tf) => tf.softplus(x) },
  softsign: {
    lower: (x, graph) => graph.elementwise('Softsign', x),
    forward: (x, tf) => tf.div(x, tf.add(tf.abs(x), 1)),
  },
  swish: {
    lower: (x, graph) => graph.binary('Mul', x, graph.elementwise('Sigmoid', x)),
    forward: (x, tf) => tf.mul(x, tf.sigmoid(x)),
  },
  mish: {
    lower: (x, graph) => graph.elementwise('Mish', x),
    forward: (x, tf) => tf.mul(x, tf.tanh(tf.softplus(x))),
  },
  gelu: {
    lower: (x, graph) => gelu(x, graph),
    forward: (x, tf) => tf.mul(x, tf.mul(tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1), 0.5)),
  },
  softmax: { lower: (x, graph) => softmax('Softmax', x, -1, graph), forward: (x, tf) => tf.softmax(x) },
  log_softmax: {
    lower: (x, graph) => softmax('LogSoftmax', x, -1, graph),
    forward: (x, tf) => tf.logSoftmax(x),
  },
} satisfies Record<string, ActivationFunction>;

export type ActivationName = keyof typeof functions;

/** Rule for a configuration's `activation`. */
export const activationName = z
  .enum(Object.keys(functions) as [ActivationName, ...ActivationName[]])
  .nullish()
  .transform((name) => name ?? 'linear');

/** Adds the named function to the graph. */
export function applyActivation(name: ActivationName, x: Value, graph: GraphBuilder): Value {
  return functions[name].lower(x, graph);
}

/** The named function in tfjs' operations. */
export function forwardActivation(name: ActivationName, x: Tensor, tf: Tf): Tensor {
  return functions[name].forward(x, tf);
}

/**
 * max(x, 0), at most `limit`. The slope at a corner is that on its left: 0 at 0 and 1 at `limit`, as tfjs has it. TensorFlow
 * and PyTorch have 0 at both, which matters only to values that are exactly there.
 */
export function limitedRelu(x: Tensor, limit: number, tf: Tf): Tensor {
  return limit === 6 ? tf.relu6(x) : tf.minimum(tf.relu(x), limit);
}

/** Softmax along `axis`, counted as Keras does, with the batch. */
export function softmax(op: 'Softmax' | 'LogSoftmax', x: Value, axis: number, graph: GraphBuilder): Value {
  return graph.elementwise(op, x, { axis: graph.axisOf(x, axis) });
}

/** Limits values to [low, high]. */
export function clip(x: Value, low: number, high: number, graph: GraphBuilder): Value {
  return graph.elementwise('Clip', x, {}, [graph.scalar(low), graph.scalar(high)]);
}

/** x · Φ(x) with the exact normal distribution (Hendrycks and Gimpel 2016), as tfjs computes it. */
function gelu(x: Value, graph: GraphBuilder): Value {
  const scaled = graph.elementwise('Mul', x, {}, [graph.scalar(Math.SQRT1_2)]);
  const shifted = graph.elementwise('Add', graph.elementwise('Erf', scaled), {}, [graph.scalar(1)]);
  return graph.binary('Mul', x, graph.elementwise('Mul', shifted, {}, [graph.scalar(0.5)]));
}
