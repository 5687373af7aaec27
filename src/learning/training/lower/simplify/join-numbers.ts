import type { RecordedValue } from '../../record/recorded-graph.js';
import { sizeOf } from '../layout.js';
import { type GraphEditor, type NewValue } from './graph-editor.js';

/** (x · a) · b with single numbers a and b: x · (a · b), one pass over x. An optimizer's step is full of them. */
export function joinNumbers(value: NewValue, editor: GraphEditor): RecordedValue | undefined {
  const outer = splitNumber(value);
  const inner = outer === undefined ? undefined : splitNumber(outer.rest);
  if (outer === undefined || inner === undefined) return undefined;
  return editor.binary('Multiply', inner.rest, editor.binary('Multiply', inner.number, outer.number));
}

/** A tensor times a single number, apart. */
function splitNumber({
  op,
  inputs = {},
}: NewValue): { rest: RecordedValue; number: RecordedValue } | undefined {
  const { a, b } = inputs;
  if (op !== 'Multiply' || a === undefined || b === undefined) return undefined;
  const [first, second] = [sizeOf(a.shape), sizeOf(b.shape)];
  // A number with axes would give the product axes too.
  if (first > 1 && second === 1 && b.shape.length <= a.shape.length) return { rest: a, number: b };
  return first === 1 && second > 1 && a.shape.length <= b.shape.length ? { rest: b, number: a } : undefined;
}
