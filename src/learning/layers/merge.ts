import type { Tensor } from '@tensorflow/tfjs-core';
import { z } from 'zod';
import type { GraphBuilder, Value } from '../onnx/graph-builder.js';
import type { Tf } from '../training/tensor-program.js';
import { layerConfig } from './config-rules.js';
import { defineLayer, LayerError, type LayerKind } from './layer-kind.js';

interface Merge {
  className: string;
  lower(first: Value, second: Value, graph: GraphBuilder): Value;
  forward(first: Tensor, second: Tensor, tf: Tf): Tensor;
  /** What one element of the result is divided by. */
  divisor?(count: number): number;
}

/** Several tensors, element by element. Axes of length 1 stretch; a vector stretches over a picture. */
function elementwise({ className, lower, forward, divisor = () => 1 }: Merge): LayerKind {
  return defineLayer({
    className,
    inputs: 'several',
    role: 'merge',
    config: layerConfig({}),
    outputShape: (_config, inputs) => inputs.reduce(broadcast),
    lower({ inputs }, graph) {
      const merged = inputs.reduce((first, second) => lower(first, second, graph));
      const by = divisor(inputs.length);
      return by === 1 ? merged : graph.elementwise('Mul', merged, {}, [graph.scalar(1 / by)]);
    },
    forward({ inputs, outputShape }, tf) {
      const aligned = inputs.map((input) => alignRank(input, outputShape.length, tf));
      const merged = aligned.reduce((first, second) => forward(first, second, tf));
      const by = divisor(inputs.length);
      return by === 1 ? merged : tf.mul(merged, 1 / by);
    },
  });
}

export const mergeLayers: LayerKind[] = [
  elementwise({
    className: 'Add',
    lower: (a, b, graph) => graph.binary('Add', a, b),
    forward: (a, b, tf) => tf.add(a, b),
  }),
  elementwise({
    className: 'Multiply',
    lower: (a, b, graph) => graph.binary('Mul', a, b),
    forward: (a, b, tf) => tf.mul(a, b),
  }),
  elementwise({
    className: 'Maximum',
    lower: (a, b, graph) => graph.binary('Max', a, b),
    forward: (a, b, tf) => tf.maximum(...stretch(a, b, tf)),
  }),
  elementwise({
    className: 'Minimum',
    lower: (a, b, graph) => graph.binary('Min', a, b),
    forward: (a, b, tf) => tf.minimum(...stretch(a, b, tf)),
  }),
  elementwise({
    className: 'Average',
    lower: (a, b, graph) => graph.binary('Add', a, b),
    forward: (a, b, tf) => tf.add(a, b),
    divisor: (count) => count,
  }),
];

/** Tensors one after the other along an axis. */
export const concatenate = defineLayer({
  className: 'Concatenate',
  inputs: 'several',
  role: 'merge',
  config: layerConfig({
    axis: z
      .int()
      .nullish()
      .transform((axis) => axis ?? -1),
  }),
  outputShape(config, inputs) {
    const [first = [], ...rest] = inputs;
    // Keras counts the batch as axis 0.
    const axis = config.axis < 0 ? first.length + config.axis : config.axis - 1;
    if (axis < 0 || axis >= first.length) throw new LayerError(`joins along axis ${config.axis}`);
    return rest.reduce((joined, next) => {
      if (next.length !== joined.length || next.some((n, i) => i !== axis && n !== joined[i])) {
        throw new LayerError(`cannot join shapes ${JSON.stringify(joined)} and ${JSON.stringify(next)}`);
      }
      return joined.map((length, i) => (i === axis ? length + (next[i] ?? 0) : length));
    }, first);
  },
  lower({ config, inputs, outputShape }, graph) {
    const [first] = inputs;
    if (first === undefined) throw new LayerError('joins no tensors');
    const names = inputs.map((input) => graph.settled(input).name);
    return graph.value(graph.node('Concat', names, { axis: graph.axisOf(first, config.axis) }), outputShape);
  },
  forward: ({ config, inputs }, tf) => tf.concat(inputs, config.axis),
});

/** [batch, channels] as [batch, 1, 1, channels], where the others are pictures. */
function alignRank(tensor: Tensor, rank: number, tf: Tf): Tensor {
  if (tensor.rank === rank + 1) return tensor;
  const [batch = 1, ...rest] = tensor.shape;
  return tf.reshape(tensor, [batch, ...Array<number>(rank - rest.length).fill(1), ...rest]);
}

/** Both tensors at the shape they have in common: tfjs' gradient of a maximum is wrong where one of them stretches. */
function stretch(first: Tensor, second: Tensor, tf: Tf): [Tensor, Tensor] {
  if (first.shape.every((length, axis) => length === second.shape[axis])) return [first, second];
  const shape = first.shape.map((length, axis) => Math.max(length, second.shape[axis] ?? 1));
  const zeros = tf.zeros(shape);
  return [tf.add(first, zeros), tf.add(second, zeros)];
}

function broadcast(first: number[], second: number[]): number[] {
  const [longer, shorter] = first.length >= second.length ? [first, second] : [second, first];
  // tfjs stretches a vector over a picture; other mixes of ranks are not worth their special cases.
  if (longer.length !== shorter.length && !(longer.length === 3 && shorter.length === 1)) {
    throw new LayerError(`cannot merge shapes ${JSON.stringify(first)} and ${JSON.stringify(second)}`);
  }
  const padded = [...Array<number>(longer.length - shorter.length).fill(1), ...shorter];
  return longer.map((length, index) => {
    const other = padded[index] ?? 1;
    if (length !== other && length !== 1 && other !== 1) {
      throw new LayerError(`cannot merge shapes ${JSON.stringify(first)} and ${JSON.stringify(second)}`);
    }
    return Math.max(length, other);
  });
}
