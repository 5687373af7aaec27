import { z } from 'zod';
import type { GraphBuilder, Value } from '../onnx/graph-builder.js';

/** The activation functions a layer may name, each as tfjs computes it, and how to add it to an ONNX graph. */
const functions = {
  linear: (x) => x,
  relu: (x, graph) => graph.elementwise('Relu', x),
  relu6: (x, graph) => clip(x, 0, 6, graph),
  sigmoid: (x, graph) => graph.elementwise('Sigmoid', x),
  // Keras 2 and tfjs: clip(0.2·x + 0.5, 0, 1). Keras 3 changed the slope; a network run by tfjs has tfjs' meaning.
  hard_sigmoid: (x, graph) =>
    graph.elementwise('HardSigmoid', x, { alpha: { float: 0.2 }, beta: { float: 0.5 } }),
  tanh: (x, graph) => graph.elementwise('Tanh', x),
  elu: (x, graph) => graph.elementwise('Elu', x),
  selu: (x, graph) =>
    graph.elementwise('Selu', x, {
      alpha: { float: 1.6732632423543772 },
      gamma: { float: 1.0507009873554805 },
    }),
  softplus: (x, graph) => graph.elementwise('Softplus', x),
  softsign: (x, graph) => graph.elementwise('Softsign', x),
  swish: (x, graph) => graph.binary('Mul', x, graph.elementwise('Sigmoid', x)),
  mish: (x, graph) => graph.elementwise('Mish', x),
  gelu: (x, graph) => gelu(x, graph),
  softmax: (x, graph) => softmax('Softmax', x, -1, graph),
  log_softmax: (x, graph) => softmax('LogSoftmax', x, -1, graph),
} satisfies Record<string, (x: Value, graph: GraphBuilder) => Value>;

export type ActivationName = keyof typeof functions;

/** Rule for a configuration's `activation`. */
export const activationName = z
  .enum(Object.keys(functions) as [ActivationName, ...ActivationName[]])
  .nullish()
  .transform((name) => name ?? 'linear');

/** Adds the named function to the graph. */
export function applyActivation(name: ActivationName, x: Value, graph: GraphBuilder): Value {
  return functions[name](x, graph);
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
