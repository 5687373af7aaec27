import type {
  RecordedGraph,
  RecordedValue,
} from '../../../../src/learning/training/record/recorded-graph.js';
import { batchNormalization } from './batch-normalization.js';
import { convolutions } from './convolution.js';
import { depthwiseConvolutions } from './depthwise-convolution.js';
import { elementwise } from './elementwise.js';
import { pooling } from './pooling.js';
import { products } from './products.js';
import { reductions } from './reductions.js';
import { resizing } from './resizing.js';
import { shapes } from './shapes.js';
import { sizeOf, type Kernel64, type Tensor64 } from './tensor64.js';

/** Every kernel of tfjs that this interpreter knows, in double precision. */
export const kernels64: Readonly<Record<string, Kernel64>> = {
  ...elementwise,
  ...reductions,
  ...shapes,
  ...products,
  ...convolutions,
  ...depthwiseConvolutions,
  ...pooling,
  ...batchNormalization,
  ...resizing,
};

/**
 * Runs a recorded program in double precision by plain loops: the judge of every float32 engine. It shares no code with
 * them and recomputes the shapes that the record states.
 */
export function interpret(
  graph: RecordedGraph,
  inputs: Record<string, Float64Array>,
): Record<string, Float64Array> {
  const order = inOrder(Object.values(graph.outputs));
  const uses = new Map<number, number>();
  const count = (value: RecordedValue) => uses.set(value.id, (uses.get(value.id) ?? 0) + 1);
  order.forEach((value) => Object.values(value.inputs).forEach(count));
  Object.values(graph.outputs).forEach(count);

  const known = new Map<number, Tensor64>();
  for (const value of order) {
    if (!known.has(value.id)) compute(value, inputs, known);
    // A whole network's intermediate values would not fit at once.
    for (const read of Object.values(value.inputs)) {
      const left = (uses.get(read.id) ?? 0) - 1;
      uses.set(read.id, left);
      if (left === 0) known.delete(read.id);
    }
  }
  return Object.fromEntries(
    Object.entries(graph.outputs).map(([name, value]) => [name, get(known, value).values]),
  );
}

/** All values that the outputs need, every one after those it reads. */
export function inOrder(outputs: RecordedValue[]): RecordedValue[] {
  const seen = new Map<number, RecordedValue>();
  const waiting = [...outputs];
  for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
    if (seen.has(value.id)) continue;
    seen.set(value.id, value);
    waiting.push(...Object.values(value.inputs));
  }
  return [...seen.values()].sort((a, b) => a.id - b.id);
}

function compute(
  value: RecordedValue,
  inputs: Record<string, Float64Array>,
  known: Map<number, Tensor64>,
): void {
  if (value.op === 'Input') {
    const values = inputs[value.name ?? ''];
    if (values === undefined) throw new Error(`the program's input ${value.name} is missing`);
    keep(value, { shape: value.shape, values }, known);
  } else if (value.op === 'Constant') {
    keep(value, { shape: value.shape, values: Float64Array.from(value.data ?? []) }, known);
  } else {
    const kernel = kernels64[value.op];
    if (kernel === undefined) throw new Error(`no kernel ${value.op} in double precision`);
    const read = Object.fromEntries(
      Object.entries(value.inputs).map(([name, from]) => [name, get(known, from)]),
    );
    const result = kernel({ inputs: read, attributes: value.attributes });
    const results = Array.isArray(result) ? result : [result];
    for (const sibling of value.siblings ?? [value]) {
      const own = results[sibling.output];
      if (own === undefined) throw new Error(`${value.op} has no output ${sibling.output}`);
      keep(sibling, own, known);
    }
  }
}

function keep(value: RecordedValue, tensor: Tensor64, known: Map<number, Tensor64>): void {
  const agrees =
    value.shape.length === tensor.shape.length && value.shape.every((n, i) => n === tensor.shape[i]);
  if (!agrees || tensor.values.length !== sizeOf(value.shape)) {
    const own = `[${tensor.shape.join(', ')}] of ${tensor.values.length} values`;
    throw new Error(`${value.op} gives ${own}, and the record says [${value.shape.join(', ')}]`);
  }
  known.set(value.id, tensor);
}

function get(known: Map<number, Tensor64>, value: RecordedValue): Tensor64 {
  const tensor = known.get(value.id);
  if (tensor === undefined) throw new Error(`value ${value.id} of ${value.op} was not computed`);
  return tensor;
}
