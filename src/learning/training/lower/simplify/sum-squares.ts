import type { RecordedValue } from '../../record/recorded-graph.js';
import { type GraphEditor, type NewValue } from './graph-editor.js';

/** Squares that are summed need not be written down: one operation, `SumOfSquares`, as ONNX has it. */
export function sumSquares(value: NewValue, editor: GraphEditor): RecordedValue | undefined {
  const square = value.inputs?.['x'];
  const x = square?.op === 'Square' ? square.inputs['x'] : undefined;
  if (value.op !== 'Sum' || x === undefined) return undefined;
  return editor.make({ ...value, op: 'SumOfSquares', inputs: { x } });
}
