import type { RecordedValue } from '../../record/recorded-graph.js';
import { inputOf, numberOf, type LoweringContext, type OperationTable } from '../lowering-context.js';

/** Operations that look up by position. */
export const indexingOperations: OperationTable = {
  GatherV2: gather,
  OneHot: oneHot,
};

function gather(value: RecordedValue, { onnx, values }: LoweringContext): void {
  const names = [values.readPlain(inputOf(value, 'x')), values.readPlain(inputOf(value, 'indices'))];
  values.definePlain(value, onnx.node('Gather', names, { axis: numberOf(value, 'axis') }));
}

function oneHot(value: RecordedValue, { onnx, values }: LoweringContext): void {
  const indices = onnx.node('Cast', [values.readPlain(inputOf(value, 'indices'))], { to: 7 });
  const offAndOn = Float32Array.of(numberOf(value, 'offValue', 0), numberOf(value, 'onValue', 1));
  const encoded = onnx.node('OneHot', [
    indices,
    onnx.integers([numberOf(value, 'depth')]),
    onnx.constant(offAndOn, [2]),
  ]);
  values.definePlain(value, value.dtype === 'float32' ? encoded : onnx.node('Cast', [encoded], { to: 6 }));
}
