import type { RecordedValue } from '../../record/recorded-graph.js';
import { sizeOf } from '../layout.js';
import { broadcastShape, sameShape, uniformValue, type GraphEditor, type NewValue } from './graph-editor.js';

/** Functions of one number that may as well be taken before the number is repeated. */
const oneOperand = new Set(['Abs', 'Cast', 'Exp', 'Log', 'Neg', 'Reciprocal', 'Rsqrt', 'Sqrt', 'Square']);

/** Repeats numbers as late as possible: operations stretch their operands themselves. */
export function narrowBroadcasts(value: NewValue, editor: GraphEditor): RecordedValue | undefined {
  const { a, b, x } = value.inputs ?? {};
  if (a !== undefined && b !== undefined && Object.keys(value.inputs ?? {}).length === 2) {
    return value.op.includes('MatMul') ? undefined : narrowBinary(value, a, b, editor);
  }
  if (x?.op === 'BroadcastTo' && oneOperand.has(value.op)) {
    const narrow = sourceOf(x);
    return editor.broadcast(
      editor.make({ ...value, inputs: { x: narrow }, shape: narrow.shape }),
      value.shape,
    );
  }
  return undefined;
}

function narrowBinary(
  value: NewValue,
  a: RecordedValue,
  b: RecordedValue,
  editor: GraphEditor,
): RecordedValue | undefined {
  const left = narrowed(a, b, value.shape, editor);
  const right = narrowed(b, left, value.shape, editor);
  if (left !== a || right !== b) return editor.make({ ...value, inputs: { a: left, b: right } });
  const isSmall = (operand: RecordedValue) => operand.op === 'BroadcastTo' || sizeOf(operand.shape) === 1;
  if (isSmall(a) && isSmall(b) && (a.op === 'BroadcastTo' || b.op === 'BroadcastTo')) {
    const [first, second] = [sourceOf(a), sourceOf(b)];
    const shape = broadcastShape(first.shape, second.shape);
    return editor.broadcast(editor.make({ ...value, inputs: { a: first, b: second }, shape }), value.shape);
  }
  return undefined;
}

/** The operand before it was repeated, where the other one brings the result's shape. */
function narrowed(
  operand: RecordedValue,
  other: RecordedValue,
  shape: number[],
  editor: GraphEditor,
): RecordedValue {
  if (sizeOf(operand.shape) === 1) return operand;
  const uniform = uniformValue(operand);
  const narrow = uniform === undefined ? sourceOf(operand) : editor.fill(uniform, [], operand.dtype);
  return sameShape(broadcastShape(narrow.shape, other.shape), shape) ? narrow : operand;
}

function sourceOf(value: RecordedValue): RecordedValue {
  return value.op === 'BroadcastTo' ? (value.inputs['x'] ?? value) : value;
}
