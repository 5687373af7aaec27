import type { RecordedValue } from '../../record/recorded-graph.js';
import { sameShape, uniformValue, type GraphEditor, type NewValue } from './graph-editor.js';

/** Operations that give one number repeated when they get one. */
const keepUniform = new Set([
  'BroadcastTo',
  'Cast',
  'ExpandDims',
  'Reshape',
  'Reverse',
  'Slice',
  'Tile',
  'Transpose',
]);

/** Tensors of one number repeated are followed as that number: 0 and 1 take whole branches of a backward pass away. */
export function foldUniform(value: NewValue, editor: GraphEditor): RecordedValue | undefined {
  const { op, shape, dtype, inputs = {} } = value;
  if (op === 'ZerosLike') return editor.fill(0, shape, dtype);
  if (op === 'OnesLike') return editor.fill(1, shape, dtype);
  if (op === 'Constant') {
    const { data } = value;
    const [first] = data ?? [];
    if (first === undefined || data?.some((other) => other !== first)) return undefined;
    return editor.fill(first, shape, dtype);
  }
  const source = keepUniform.has(op) ? (inputs['x'] ?? inputs['input']) : undefined;
  if (source !== undefined) {
    const uniform = uniformValue(source);
    if (uniform === undefined) return undefined;
    return editor.fill(dtype === 'float32' ? uniform : Math.trunc(uniform), shape, dtype);
  }
  const { a, b } = inputs;
  return a === undefined || b === undefined ? undefined : foldBinary(value, a, b, editor);
}

function foldBinary(
  { op, shape, dtype }: NewValue,
  a: RecordedValue,
  b: RecordedValue,
  editor: GraphEditor,
): RecordedValue | undefined {
  const [left, right] = [uniformValue(a), uniformValue(b)];
  const stretched = (x: RecordedValue) => (sameShape(x.shape, shape) ? x : editor.broadcast(x, shape));
  if (dtype !== 'float32') return undefined;
  if (left !== undefined && right !== undefined) {
    const folded = computeInFloat32(op, left, right);
    if (folded !== undefined) return editor.fill(folded, shape);
  }
  switch (op) {
    case 'Multiply':
      if (left === 0 || right === 0) return editor.fill(0, shape);
      if (left === 1) return stretched(b);
      return right === 1 ? stretched(a) : undefined;
    case 'RealDiv':
      return right === 1 ? stretched(a) : undefined;
    case 'Add':
      if (left === 0) return stretched(b);
      return right === 0 ? stretched(a) : undefined;
    case 'Sub':
      return right === 0 ? stretched(a) : undefined;
    default:
      return undefined;
  }
}

function computeInFloat32(op: string, a: number, b: number): number | undefined {
  if (op === 'Multiply') return Math.fround(a * b);
  if (op === 'RealDiv') return Math.fround(a / b);
  if (op === 'Add') return Math.fround(a + b);
  return op === 'Sub' ? Math.fround(a - b) : undefined;
}
