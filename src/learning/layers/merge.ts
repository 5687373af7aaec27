import { z } from 'zod';
import type { GraphBuilder, Value } from '../onnx/graph-builder.js';
import { layerConfig } from './config-rules.js';
import { defineLayer, LayerError, type LayerKind } from './layer-kind.js';

/** Several tensors, element by element. Axes of length 1 stretch; a vector stretches over a picture. */
function elementwise(
  className: string,
  combine: (first: Value, second: Value, graph: GraphBuilder) => Value,
  finish: (merged: Value, count: number, graph: GraphBuilder) => Value = (merged) => merged,
): LayerKind {
  return defineLayer({
    className,
    inputs: 'several',
    role: 'merge',
    config: layerConfig({}),
    outputShape: (_config, inputs) => inputs.reduce(broadcast),
    lower({ inputs }, graph) {
      return finish(
        inputs.reduce((merged, next) => combine(merged, next, graph)),
        inputs.length,
        graph,
      );
    },
  });
}

export const mergeLayers: LayerKind[] = [
  elementwise('Add', (a, b, graph) => graph.binary('Add', a, b)),
  elementwise('Multiply', (a, b, graph) => graph.binary('Mul', a, b)),
  elementwise('Maximum', (a, b, graph) => graph.binary('Max', a, b)),
  elementwise('Minimum', (a, b, graph) => graph.binary('Min', a, b)),
  elementwise(
    'Average',
    (a, b, graph) => graph.binary('Add', a, b),
    (sum, count, graph) => graph.elementwise('Mul', sum, {}, [graph.scalar(1 / count)]),
  ),
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
});

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
