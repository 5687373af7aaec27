import type { RecordedValue } from '../../record/recorded-graph.js';
import { inputList, inputOf, type OperationLowering, type OperationTable } from '../lowering-context.js';
import type { OnnxEmitter } from '../onnx-emitter.js';
import { lowerElementwise } from './elementwise-layout.js';

/** Kernels that ONNX has under one name or another. */
const sameOperator = {
  Add: 'Add',
  Equal: 'Equal',
  Greater: 'Greater',
  GreaterEqual: 'GreaterOrEqual',
  Less: 'Less',
  LessEqual: 'LessOrEqual',
  LogicalAnd: 'And',
  LogicalOr: 'Or',
  LogicalXor: 'Xor',
  Maximum: 'Max',
  Minimum: 'Min',
  Multiply: 'Mul',
  Pow: 'Pow',
  RealDiv: 'Div',
  Sub: 'Sub',
};

/** Functions of several numbers, one from each tensor; shorter tensors are stretched. */
export const severalOperandsOperations: OperationTable = {
  ...Object.fromEntries(
    Object.entries(sameOperator).map(([kernel, op]) => [
      kernel,
      lowering(['a', 'b'], (operands, onnx) => onnx.node(op, operands)),
    ]),
  ),
  AddN: (value, context) =>
    lowerElementwise(value, inputList(value), context, (terms) => sum(terms, context.onnx)),
  EluGrad: lowering(['dy', 'y'], eluGradient),
  FloorDiv: lowering(['a', 'b'], floorOfQuotient),
  Mod: lowering(['a', 'b'], ([a = '', b = ''], onnx) =>
    onnx.node('Sub', [a, onnx.node('Mul', [b, floorOfQuotient([a, b], onnx)])]),
  ),
  NotEqual: lowering(['a', 'b'], (operands, onnx) => onnx.node('Not', [onnx.node('Equal', operands)])),
  Prelu: lowering(['x', 'alpha'], (operands, onnx) => onnx.node('PRelu', operands)),
  Select: lowering(['condition', 't', 'e'], (operands, onnx) => onnx.node('Where', operands)),
  SquaredDifference: lowering(['a', 'b'], (operands, onnx) => {
    const difference = onnx.node('Sub', operands);
    return onnx.node('Mul', [difference, difference]);
  }),
};

function lowering(
  names: string[],
  emit: (operands: string[], onnx: OnnxEmitter) => string,
): OperationLowering {
  return (value: RecordedValue, context) => {
    const operands = names.map((name) => inputOf(value, name));
    lowerElementwise(value, operands, context, (found) => emit(found, context.onnx));
  };
}

/** From left to right, so that the bits do not depend on how ONNX Runtime adds a list. */
function sum([first = '', ...rest]: string[], onnx: OnnxEmitter): string {
  return rest.reduce((total, term) => onnx.node('Add', [total, term]), first);
}

function floorOfQuotient(operands: string[], onnx: OnnxEmitter): string {
  return onnx.node('Floor', [onnx.node('Div', operands)]);
}

/** dy · (y ≥ 0 ? 1 : y + 1), with the activation's result y. */
function eluGradient([dy = '', y = '']: string[], onnx: OnnxEmitter): string {
  const slope = onnx.node('Add', [onnx.node('Min', [y, onnx.scalar(0)]), onnx.scalar(1)]);
  return onnx.node('Mul', [dy, slope]);
}
