import type { RecordedValue } from '../../record/recorded-graph.js';
import { sizeOf } from '../layout.js';

/** What a value is made of, before it has a number. */
export type NewValue = Pick<RecordedValue, 'op' | 'shape' | 'dtype'> & Partial<Omit<RecordedValue, 'id'>>;

/**
 * Says what a value can be replaced by: the same numbers, with less work. Undefined where it knows nothing. Its inputs
 * are simplified already; what it makes by the editor is simplified in turn.
 */
export type SimplificationRule = (value: NewValue, editor: GraphEditor) => RecordedValue | undefined;

/** Builds the simplified graph: every value passes the rules, and is kept once however often it is made. */
export class GraphEditor {
  private readonly known = new Map<string, RecordedValue>();
  private nextId = 0;

  constructor(
    private readonly rules: readonly SimplificationRule[],
    /** How the graph was before, with what became of its values. */
    readonly before: SourceGraph,
  ) {}

  /** The value, or a simpler one that holds the same. */
  make(value: NewValue): RecordedValue {
    for (const rule of this.rules) {
      const simpler = rule(value, this);
      if (simpler !== undefined) return simpler;
    }
    const key = keyOf(value);
    const twin = key === undefined ? undefined : this.known.get(key);
    if (twin !== undefined) return twin;
    const made: RecordedValue = { inputs: {}, attributes: {}, output: 0, ...value, id: this.nextId++ };
    if (key !== undefined) this.known.set(key, made);
    return made;
  }

  /** The same operation on other inputs. */
  withInputs(value: NewValue, inputs: Record<string, RecordedValue>): RecordedValue {
    return this.make({ ...value, inputs });
  }

  /** A tensor of one number repeated. */
  fill(value: number, shape: number[], dtype: RecordedValue['dtype'] = 'float32'): RecordedValue {
    return this.make({ op: 'Fill', attributes: { value }, shape, dtype });
  }

  reshape(x: RecordedValue, shape: number[]): RecordedValue {
    return this.make({ op: 'Reshape', inputs: { x }, attributes: { shape }, shape, dtype: x.dtype });
  }

  broadcast(x: RecordedValue, shape: number[]): RecordedValue {
    return this.make({ op: 'BroadcastTo', inputs: { x }, attributes: { shape }, shape, dtype: x.dtype });
  }

  /** An operation on two tensors, the smaller stretched to the larger. */
  binary(op: string, a: RecordedValue, b: RecordedValue, dtype = a.dtype): RecordedValue {
    return this.make({ op, inputs: { a, b }, shape: broadcastShape(a.shape, b.shape), dtype });
  }

  unary(op: string, x: RecordedValue): RecordedValue {
    return this.make({ op, inputs: { x }, shape: x.shape, dtype: x.dtype });
  }

  sum(x: RecordedValue, axes: number[], keepDims: boolean): RecordedValue {
    const shape = keepDims
      ? x.shape.map((length, axis) => (axes.includes(axis) ? 1 : length))
      : x.shape.filter((_, axis) => !axes.includes(axis));
    return this.make({
      op: 'Sum',
      inputs: { x },
      attributes: { axis: axes, keepDims },
      shape,
      dtype: x.dtype,
    });
  }
}

/** The graph that is being simplified. */
export interface SourceGraph {
  /** In how many places of the graph a value is read, the outputs among them. */
  readersOf(simplified: RecordedValue): number;
  /** The gradient of a filter of that shape under that input, where the graph computes it, as it was before. */
  filterGradientOf(x: RecordedValue, filter: RecordedValue): RecordedValue | undefined;
}

export function broadcastShape(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) =>
    Math.max(a[axis - rank + a.length] ?? 1, b[axis - rank + b.length] ?? 1),
  );
}

export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((length, axis) => length === b[axis]);
}

/** The number that all of a tensor's elements are; undefined where they differ or are not known yet. */
export function uniformValue(value: RecordedValue): number | undefined {
  if (value.op === 'Fill') return Number(value.attributes['value']);
  if (value.op !== 'Constant') return undefined;
  if (value.data?.length === 1) return value.data[0];
  const uniform = value.attributes['uniform'];
  return typeof uniform === 'number' ? uniform : undefined;
}

/** One number for every channel: [channels], or with axes of length 1 before. */
export function isPerChannel(value: RecordedValue, channels: number | undefined): boolean {
  return value.shape.at(-1) === channels && sizeOf(value.shape) === channels;
}

/** Equal for values that hold the same; undefined for those that are not worth comparing. */
function keyOf({
  op,
  inputs = {},
  attributes = {},
  shape,
  dtype,
  output,
  data,
}: NewValue): string | undefined {
  if (op === 'Input' || (op === 'Constant' && (data === undefined || data.length > 16))) return undefined;
  const operands = Object.entries(inputs).map(([name, { id }]) => `${name}${id}`);
  return [op, operands, JSON.stringify(attributes), shape, dtype, output ?? 0, data?.join(' ')].join('|');
}
