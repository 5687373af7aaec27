import type { RecordedValue } from '../../record/recorded-graph.js';
import { sumByChannel } from '../blocks/channel-sums.js';
import { axisIn, plainLayout, type Layout } from '../layout.js';
import {
  inputOf,
  numberOf,
  numbersOf,
  type LoweringContext,
  type OperationLowering,
  type OperationTable,
} from '../lowering-context.js';

/** Operations that draw axes together to one number. */
export const reduceOperations: OperationTable = {
  All: throughIntegers('ReduceMin'),
  Any: throughIntegers('ReduceMax'),
  ArgMax: position('ArgMax'),
  ArgMin: position('ArgMin'),
  LogSoftmax: alongLast('LogSoftmax'),
  Max: reduction('ReduceMax'),
  Mean: reduction('ReduceMean'),
  Min: reduction('ReduceMin'),
  Prod: reduction('ReduceProd'),
  Softmax: alongLast('Softmax'),
  Sum: reduction('ReduceSum'),
  SumOfSquares: reduction('ReduceSumSquare'),
};

function reduction(op: string): OperationLowering {
  return (value, context) => {
    const axes = reducedAxes(value, inputOf(value, 'x').shape.length);
    const isSum = value.op === 'Sum' || value.op === 'Mean';
    if (isSum && sumByChannel(value, axes, context)) return;
    reduce(op, value, context, (name) => name);
  };
}

/** ONNX reduces numbers only. */
function throughIntegers(op: string): OperationLowering {
  return (value, context) => {
    const { onnx } = context;
    reduce(op, value, context, (name) => onnx.node('Cast', [name], { to: 6 }));
    const layout = context.values.layoutOf(value);
    context.values.define(value, layout, onnx.node('Cast', [context.values.read(value, layout)], { to: 9 }));
  };
}

function reduce(
  op: string,
  value: RecordedValue,
  { onnx, values }: LoweringContext,
  prepare: (name: string) => string,
): void {
  const x = inputOf(value, 'x');
  const axes = reducedAxes(value, x.shape.length);
  const keepDims = value.shape.length === x.shape.length && axes.length > 0;
  const own = values.layoutOf(x);
  const kept = own.filter((axis) => !axes.includes(axis));
  const inOrder = kept.every((axis, index) => index === 0 || axis > (kept[index - 1] ?? -1));
  // Without the reduced axes, the result must be in the program's order.
  const layout: Layout = keepDims || inOrder ? own : plainLayout(x.shape.length);
  const source = prepare(values.read(x, layout));
  const where = onnx.integers(axes.map((axis) => axisIn(layout, axis)));
  const name = axes.length === 0 ? source : onnx.node(op, [source, where], { keepdims: keepDims ? 1 : 0 });
  if (keepDims || axes.length === 0) values.define(value, layout, name);
  else values.definePlain(value, name);
}

/** tfjs calls them `axis` or `reductionIndices`, may count from the end, and leaves them out for all. */
function reducedAxes({ attributes, ...value }: RecordedValue, rank: number): number[] {
  const name = attributes['reductionIndices'] === undefined ? 'axis' : 'reductionIndices';
  if (attributes[name] === undefined || attributes[name] === null) return [...plainLayout(rank)];
  return numbersOf({ attributes, ...value }, name).map((axis) => (axis + rank) % rank);
}

function position(op: string): OperationLowering {
  return (value, { onnx, values }) => {
    const x = inputOf(value, 'x');
    const axis = numberOf(value, 'axis');
    const found = onnx.node(op, [values.readPlain(x)], { axis, keepdims: 0 });
    values.definePlain(value, onnx.node('Cast', [found], { to: 6 }));
  };
}

function alongLast(op: string): OperationLowering {
  return (value, { onnx, values }) =>
    values.definePlain(value, onnx.node(op, [values.readPlain(inputOf(value, 'logits'))], { axis: -1 }));
}
