import type { RecordedValue } from '../../record/recorded-graph.js';
import { sameShape, type GraphEditor, type NewValue } from './graph-editor.js';

/** Operations that change nothing, and pairs that undo or repeat each other. */
export function removeIdentities(value: NewValue, editor: GraphEditor): RecordedValue | undefined {
  const { op, shape, dtype, inputs = {}, attributes = {} } = value;
  const x = inputs['x'] ?? inputs['input'];
  if (x === undefined) return undefined;
  switch (op) {
    case 'Identity':
      return x;
    case 'Cast':
      return x.dtype === dtype ? x : undefined;
    case 'ExpandDims':
      return editor.reshape(x, shape);
    case 'Reshape':
      return removeReshape(x, shape, editor);
    case 'BroadcastTo':
      if (sameShape(x.shape, shape)) return x;
      return x.op === 'BroadcastTo' && x.inputs['x'] !== undefined
        ? editor.broadcast(x.inputs['x'], shape)
        : undefined;
    case 'Tile':
      // Repeating an axis of length 1 is broadcasting.
      return x.shape.every((length, axis) => length === 1 || length === shape[axis])
        ? editor.broadcast(x, shape)
        : undefined;
    case 'Slice':
    case 'PadV2':
      return sameShape(x.shape, shape) ? x : undefined;
    case 'Transpose':
      return isInOrder(attributes['perm']) ? x : undefined;
    case 'Neg':
      return x.op === 'Neg' ? x.inputs['x'] : undefined;
    case 'Sum':
    case 'Mean':
    case 'Max':
    case 'Min':
    case 'Prod':
      // Only axes of length 1 go.
      return x.shape.reduce((a, b) => a * b, 1) === shape.reduce((a, b) => a * b, 1)
        ? editor.reshape(x, shape)
        : undefined;
    default:
      return undefined;
  }
}

function removeReshape(x: RecordedValue, shape: number[], editor: GraphEditor): RecordedValue | undefined {
  if (sameShape(x.shape, shape)) return x;
  if (x.op === 'Reshape' && x.inputs['x'] !== undefined) return editor.reshape(x.inputs['x'], shape);
  if (x.op === 'Constant') {
    return editor.make({ op: 'Constant', attributes: x.attributes, shape, dtype: x.dtype, data: x.data });
  }
  return undefined;
}

function isInOrder(permutation: unknown): boolean {
  return Array.isArray(permutation) && permutation.every((axis, index) => axis === index);
}
