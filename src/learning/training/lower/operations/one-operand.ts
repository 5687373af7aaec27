import type { RecordedValue } from '../../record/recorded-graph.js';
import { inputOf, numberOf, type OperationLowering, type OperationTable } from '../lowering-context.js';
import type { OnnxEmitter } from '../onnx-emitter.js';
import { lowerElementwise } from './elementwise-layout.js';

type Emit = (x: string, onnx: OnnxEmitter, value: RecordedValue) => string;

/** Kernels that ONNX has under one name or another. */
const sameOperator = {
  Abs: 'Abs',
  Acos: 'Acos',
  Asin: 'Asin',
  Atan: 'Atan',
  Ceil: 'Ceil',
  Cos: 'Cos',
  Cosh: 'Cosh',
  Elu: 'Elu',
  Erf: 'Erf',
  Exp: 'Exp',
  Floor: 'Floor',
  IsInf: 'IsInf',
  IsNan: 'IsNaN',
  LogicalNot: 'Not',
  Log: 'Log',
  Neg: 'Neg',
  Reciprocal: 'Reciprocal',
  Relu: 'Relu',
  Round: 'Round',
  Selu: 'Selu',
  Sigmoid: 'Sigmoid',
  Sign: 'Sign',
  Sin: 'Sin',
  Sinh: 'Sinh',
  Softplus: 'Softplus',
  Sqrt: 'Sqrt',
  Tan: 'Tan',
  Tanh: 'Tanh',
};

/** Functions of one number, for every number of a tensor. */
export const oneOperandOperations: OperationTable = {
  ...Object.fromEntries(
    Object.entries(sameOperator).map(([kernel, op]) => [kernel, lowering((x, onnx) => onnx.node(op, [x]))]),
  ),
  Cast: lowering((x, onnx, value) => onnx.node('Cast', [x], { to: elementTypes[value.dtype] })),
  ClipByValue: lowering((x, onnx, value) =>
    onnx.node('Clip', [
      x,
      onnx.scalar(numberOf(value, 'clipValueMin')),
      onnx.scalar(numberOf(value, 'clipValueMax')),
    ]),
  ),
  Expm1: lowering(expMinusOne),
  Identity: lowering((x) => x),
  // Of NaN and infinities, the difference with itself is NaN.
  IsFinite: lowering((x, onnx) => onnx.node('Not', [onnx.node('IsNaN', [onnx.node('Sub', [x, x])])])),
  LeakyRelu: lowering((x, onnx, value) =>
    onnx.node('LeakyRelu', [x], { alpha: { float: numberOf(value, 'alpha', 0.2) } }),
  ),
  Log1p: lowering(logOnePlus),
  OnesLike: lowering((x, onnx) => filledLike(1, x, onnx)),
  Relu6: lowering((x, onnx) => onnx.node('Clip', [x, onnx.scalar(0), onnx.scalar(6)])),
  Rsqrt: lowering((x, onnx) => onnx.node('Reciprocal', [onnx.node('Sqrt', [x])])),
  Square: lowering((x, onnx) => onnx.node('Mul', [x, x])),
  Step: lowering(step),
  ZerosLike: lowering((x, onnx) => filledLike(0, x, onnx)),
};

const elementTypes = { float32: 1, int32: 6, bool: 9 };

function lowering(emit: Emit): OperationLowering {
  return (value, context) =>
    lowerElementwise(value, [inputOf(value, 'x')], context, ([x = '']) => emit(x, context.onnx, value));
}

/** x > 0 ? 1 : alpha. */
function step(x: string, onnx: OnnxEmitter, value: RecordedValue): string {
  const above = onnx.node('Greater', [x, onnx.scalar(0)]);
  const alpha = numberOf(value, 'alpha');
  if (alpha === 0) return onnx.node('Cast', [above], { to: elementTypes.float32 });
  return onnx.node('Where', [above, onnx.scalar(1), onnx.scalar(alpha)]);
}

/**
 * ln(1 + x) that keeps its digits for small x: what rounding takes from 1 + x is divided out again.
 *
 * @see Goldberg 1991, "What every computer scientist should know about floating-point arithmetic", theorem 4
 */
function logOnePlus(x: string, onnx: OnnxEmitter): string {
  const one = onnx.scalar(1);
  const sum = onnx.node('Add', [x, one]);
  const rounded = onnx.node('Sub', [sum, one]);
  const isOne = onnx.node('Equal', [sum, one]);
  const divisor = onnx.node('Where', [isOne, one, rounded]);
  const scaled = onnx.node('Div', [onnx.node('Mul', [x, onnx.node('Log', [sum])]), divisor]);
  return onnx.node('Where', [isOne, x, scaled]);
}

/** eˣ − 1 that keeps its digits for small x: 2 · sinh(x / 2) · e^(x / 2). */
function expMinusOne(x: string, onnx: OnnxEmitter): string {
  const half = onnx.node('Mul', [x, onnx.scalar(0.5)]);
  const sinh = onnx.node('Mul', [onnx.node('Sinh', [half]), onnx.scalar(2)]);
  return onnx.node('Mul', [sinh, onnx.node('Exp', [half])]);
}

function filledLike(fill: number, x: string, onnx: OnnxEmitter): string {
  return onnx.node('Expand', [onnx.scalar(fill), onnx.node('Shape', [x])]);
}
