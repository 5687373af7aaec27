import type {
  RecordedGraph,
  RecordedValue,
} from '../../../../src/learning/training/record/recorded-graph.js';
import { inOrder, kernels64 } from './interpret.js';
import type { Tensor64 } from './tensor64.js';

/**
 * Kernels that jump: on which side of a corner a value lies, or which of several values is the largest. The gradients of
 * relu6 and maximum pooling are made of them.
 *
 * A float32 run finds a value that lies within rounding of a corner on the other side of it now and then, and takes the
 * other of two gradients that are both right there. One such value among millions moves a network's gradient by 1e-3,
 * however exact the arithmetic is. So a run is judged in two parts: did it decide otherwise only where rounding may
 * decide, and is its gradient exact for what it decided?
 */
const deciding = new Set([
  'Step',
  'Greater',
  'GreaterEqual',
  'Less',
  'LessEqual',
  'Equal',
  'NotEqual',
  'MaxPoolGrad',
]);

type Values = Record<string, Float32Array | Float64Array>;

/** The same graph, which also gives every value that something is decided by. */
export function withDecisionsGiven(graph: RecordedGraph): RecordedGraph {
  const given = decisions(graph)
    .flatMap((value) => Object.values(decidingInputs(value)))
    .filter(isComputed)
    .map((value) => [decisionName(value), value] as const);
  return { inputs: graph.inputs, outputs: { ...graph.outputs, ...Object.fromEntries(given) } };
}

/** The same graph, which decides by values that are handed in under the names that `withDecisionsGiven` gives them. */
export function withDecisionsTaken(graph: RecordedGraph): RecordedGraph {
  const copies = new Map<number, RecordedValue>();
  for (const value of inOrder(Object.values(graph.outputs))) {
    const inputs = Object.entries(value.inputs).map(([name, from]) => {
      const decides = deciding.has(value.op) && name in decidingInputs(value) && isComputed(from);
      return [name, decides ? asInput(from) : (copies.get(from.id) ?? from)] as const;
    });
    copies.set(value.id, { ...value, inputs: Object.fromEntries(inputs) });
  }
  const outputs = Object.entries(graph.outputs).map(([name, value]) => [name, copies.get(value.id) ?? value]);
  return { inputs: graph.inputs, outputs: Object.fromEntries(outputs) as RecordedGraph['outputs'] };
}

/** How far two runs of `withDecisionsGiven` differ in what they decided. */
export interface DecisionDifference {
  /** Values that something was decided by, and how many were decided otherwise. */
  decided: number;
  otherwise: number;
  /** Largest difference between the two runs in a value decided otherwise: the corner lies in between. */
  apart: number;
}

export function compareDecisions(graph: RecordedGraph, one: Values, other: Values): DecisionDifference {
  const result: DecisionDifference = { decided: 0, otherwise: 0, apart: 0 };
  for (const value of decisions(graph)) {
    const first = decide(value, one);
    const second = decide(value, other);
    const seen = Object.values(decidingInputs(value)).filter(isComputed);
    result.decided += first.length;
    for (let i = 0; i < first.length; i++) {
      if (first[i] === second[i]) continue;
      result.otherwise++;
      for (const from of seen) {
        const name = decisionName(from);
        result.apart = Math.max(result.apart, Math.abs((one[name]?.[i] ?? NaN) - (other[name]?.[i] ?? NaN)));
      }
    }
  }
  return result;
}

function decisions(graph: RecordedGraph): RecordedValue[] {
  return inOrder(Object.values(graph.outputs)).filter(({ op }) => deciding.has(op));
}

/** What a kernel decides by; other tensors it only passes on. */
function decidingInputs({ op, inputs }: RecordedValue): Record<string, RecordedValue> {
  const names = op === 'MaxPoolGrad' ? ['input'] : ['x', 'a', 'b'];
  return Object.fromEntries(Object.entries(inputs).filter(([name]) => names.includes(name)));
}

function decide(value: RecordedValue, values: Values): Float64Array {
  const inputs = Object.entries(value.inputs).map(([name, from]): [string, Tensor64] => {
    if (!(name in decidingInputs(value))) {
      const passed = new Float64Array(from.shape.reduce((product, extent) => product * extent, 1));
      return [name, { shape: from.shape, values: passed.fill(1) }];
    }
    const known = isComputed(from) ? values[decisionName(from)] : from.data;
    if (known === undefined) throw new Error(`${value.op} decides by ${from.op}, which was not given`);
    return [name, { shape: from.shape, values: Float64Array.from(known) }];
  });
  const result = kernels64[value.op]?.({ inputs: Object.fromEntries(inputs), attributes: value.attributes });
  if (result === undefined || Array.isArray(result)) throw new Error(`${value.op} has no single result`);
  return result.values;
}

const decisionName = (value: RecordedValue): string => `decision/${value.id}`;

const isComputed = ({ op }: RecordedValue): boolean => op !== 'Constant';

/** Handed in, and in front of everything: values are computed in the order of their ids. */
function asInput(value: RecordedValue): RecordedValue {
  const { shape, dtype } = value;
  return {
    id: -1 - value.id,
    op: 'Input',
    name: decisionName(value),
    inputs: {},
    attributes: {},
    output: 0,
    shape,
    dtype,
  };
}
