import type { RecordedValue } from '../../record/recorded-graph.js';
import { arrange, channelsFirst, sizeOf } from '../layout.js';
import { inputOf, type LoweringContext, type OperationTable } from '../lowering-context.js';
import { poolingGeometry, windowAttributes } from '../window-geometry.js';

/** The largest value of each window; its gradient goes to where that value was found first. */
export const maxPoolingOperations: OperationTable = {
  MaxPool: forward,
  MaxPoolGrad: gradient,
};

function forward(value: RecordedValue, { onnx, values }: LoweringContext): void {
  const x = inputOf(value, 'x');
  const attributes = windowAttributes(poolingGeometry(value, x.shape));
  values.define(value, channelsFirst, onnx.node('MaxPool', [values.read(x, channelsFirst)], attributes));
}

function gradient(value: RecordedValue, { onnx, values }: LoweringContext): void {
  const [x, dy] = [inputOf(value, 'input'), inputOf(value, 'dy')];
  const attributes = windowAttributes(poolingGeometry(value, x.shape));
  const [, positions = ''] = onnx.nodeOf(2, 'MaxPool', [values.read(x, channelsFirst)], attributes);
  const zeros = onnx.node('ConstantOfShape', [onnx.integers([sizeOf(x.shape)])]);
  const scattered = onnx.node(
    'ScatterElements',
    [zeros, onnx.reshape(positions, [-1]), onnx.reshape(values.read(dy, channelsFirst), [-1])],
    { axis: 0, reduction: 'add' },
  );
  values.define(value, channelsFirst, onnx.reshape(scattered, arrange(x.shape, channelsFirst)));
}
