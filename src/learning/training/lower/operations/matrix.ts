import type { RecordedValue } from '../../record/recorded-graph.js';
import { sizeOf } from '../layout.js';
import { inputOf, type LoweringContext, type OperationTable } from '../lowering-context.js';

/** Matrix products. */
export const matrixOperations: OperationTable = {
  BatchMatMul: multiply,
  _FusedMatMul: multiply,
};

function multiply(value: RecordedValue, context: LoweringContext): void {
  const { onnx, values } = context;
  const attributes = {
    transA: value.attributes['transposeA'] === true ? 1 : 0,
    transB: value.attributes['transposeB'] === true ? 1 : 0,
  };
  const bias = value.inputs['bias'];
  const single = sizeOf(value.shape.slice(0, -2)) === 1;
  if (single) {
    const operands = [inputOf(value, 'a'), inputOf(value, 'b')].map((operand) => matrix(operand, context));
    if (bias !== undefined) operands.push(values.readPlain(bias));
    const product = onnx.node('Gemm', operands, attributes);
    values.definePlain(value, value.shape.length === 2 ? product : onnx.reshape(product, value.shape));
    return;
  }
  const operands = [inputOf(value, 'a'), inputOf(value, 'b')].map((operand) => values.readPlain(operand));
  const product = onnx.node('FusedMatMul', operands, attributes, 'com.microsoft');
  const sum = bias === undefined ? product : onnx.node('Add', [product, values.readPlain(bias)]);
  values.definePlain(value, sum);
}

function matrix(operand: RecordedValue, { onnx, values }: LoweringContext): string {
  const name = values.readPlain(operand);
  return operand.shape.length === 2 ? name : onnx.reshape(name, operand.shape.slice(-2));
}
