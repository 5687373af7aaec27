import * as tf from '@tensorflow/tfjs-core';
import type {
  RecordedGraph,
  RecordedValue,
} from '../../../../src/learning/training/record/recorded-graph.js';

/** Runs a recorded graph kernel by kernel on the tfjs backend in use. */
export function replay(graph: RecordedGraph, inputs: Record<string, tf.Tensor>): Record<string, tf.Tensor> {
  const done = new Map<RecordedValue, tf.Tensor>();
  const visit = (value: RecordedValue): tf.Tensor => {
    const known = done.get(value);
    if (known !== undefined) return known;
    // Deep graphs: what comes first is run first, so that no call goes deep.
    const result = run(
      value,
      Object.fromEntries(Object.entries(value.inputs).map(([n, v]) => [n, visit(v)])),
    );
    done.set(value, result);
    return result;
  };
  const run = (value: RecordedValue, tensors: Record<string, tf.Tensor>): tf.Tensor => {
    if (value.op === 'Input') return inputs[value.name ?? ''] as tf.Tensor;
    if (value.op === 'Constant') return tf.tensor(value.data as Float32Array, value.shape, value.dtype);
    const isList = '0' in tensors;
    const result = tf
      .engine()
      .runKernel(
        value.op,
        (isList ? Object.values(tensors) : tensors) as tf.NamedTensorMap,
        value.attributes as never,
      );
    return Array.isArray(result) ? (result[value.output] as tf.Tensor) : result;
  };
  for (const value of inOrder(graph)) visit(value);
  return Object.fromEntries(Object.entries(graph.outputs).map(([name, value]) => [name, visit(value)]));
}

/** Every value that the outputs need, after those it is made of. */
export function inOrder(graph: RecordedGraph): RecordedValue[] {
  const seen = new Set<RecordedValue>();
  const open = Object.values(graph.outputs);
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (seen.has(value)) continue;
    seen.add(value);
    open.push(...Object.values(value.inputs));
  }
  return [...seen].sort((a, b) => a.id - b.id);
}
