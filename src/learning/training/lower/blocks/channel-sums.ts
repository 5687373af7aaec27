import type { RecordedValue } from '../../record/recorded-graph.js';
import { inputOf, type LoweringContext } from '../lowering-context.js';
import { fillBlock } from './blocked-filters.js';

/** Takes a product of pictures in blocks and computes nothing yet: often only its sums by channel are wanted. */
export function postponeProduct(
  value: RecordedValue,
  [a, b]: [RecordedValue, RecordedValue],
  context: LoweringContext,
): boolean {
  const { onnx, values } = context;
  const isPicture = (operand: RecordedValue) =>
    values.isBlocked(operand) && operand.shape.join() === value.shape.join();
  if (value.shape.length !== 4 || !isPicture(a) || !isPicture(b)) return false;
  context.products.set(value, [a, b]);
  values.defineBlockedLater(value, () => onnx.node('Mul', [values.readBlocked(a), values.readBlocked(b)]));
  return true;
}

/**
 * Sum or mean over all pixels of all pictures, by channel. One picture is pooled; a product of two is a convolution in
 * which the second is the kernel. Large pictures go row by row first: added up one after the other, thousands of numbers
 * would lose digits.
 */
export function sumByChannel(
  value: RecordedValue,
  axes: readonly number[],
  context: LoweringContext,
): boolean {
  const { onnx, values } = context;
  const x = inputOf(value, 'x');
  const isOverPixels = x.shape.length === 4 && value.shape.length === 1 && axes.join() === '0,1,2';
  if (!isOverPixels || !values.isBlocked(x)) return false;
  const [batch = 0, height = 0, width = 0, channels = 0] = x.shape;
  const filled = fillBlock(channels, values.blockSize);
  const rows = height * width > mostAtOnce ? height : 1;
  const factors = values.isComputedInBlocks(x) ? undefined : context.products.get(x);
  const part = { batch, channels: filled, rows, height: height / rows, width };
  const { name, scale } =
    factors === undefined ? pooled(x, part, context) : correlated(factors, part, context);
  const perPicture = rows === 1 ? name : pool(name, [rows, 1], context);
  const counted = rows === 1 ? scale : scale * rows;
  const sums = onnx.node('ReduceSum', [onnx.reshape(perPicture, [batch, filled]), onnx.integers([0])], {
    keepdims: 0,
  });
  const own =
    filled === channels
      ? sums
      : onnx.node('Slice', [sums, onnx.integers([0]), onnx.integers([channels]), onnx.integers([0])]);
  const factor = value.op === 'Mean' ? counted / (batch * height * width) : counted;
  values.definePlain(value, factor === 1 ? own : onnx.node('Mul', [own, onnx.scalar(factor)]));
  return true;
}

/** Pixels that are added up one after the other. */
const mostAtOnce = 256;

/** What is added up in one go: each picture whole, or each of its rows. */
interface Part {
  batch: number;
  channels: number;
  rows: number;
  height: number;
  width: number;
}

function pooled(
  x: RecordedValue,
  { height, width }: Part,
  context: LoweringContext,
): { name: string; scale: number } {
  return { name: pool(context.values.readBlocked(x), [height, width], context), scale: height * width };
}

function correlated(
  [a, b]: [RecordedValue, RecordedValue],
  { batch, channels, rows, height, width }: Part,
  { onnx, values }: LoweringContext,
): { name: string; scale: number } {
  const groups = batch * channels * rows;
  const name = onnx.node(
    'Conv',
    [
      onnx.reshape(values.readBlocked(a), [1, groups, height, width]),
      onnx.reshape(values.readBlocked(b), [groups, 1, height, width]),
    ],
    { kernel_shape: [height, width], strides: [1, 1], dilations: [1, 1], pads: [0, 0, 0, 0], group: groups },
    'com.microsoft.nchwc',
  );
  return { name: onnx.reshape(name, [batch, channels, rows, 1]), scale: 1 };
}

function pool(name: string, kernel: number[], { onnx }: LoweringContext): string {
  const attributes = { kernel_shape: kernel, strides: kernel, pads: [0, 0, 0, 0] };
  return onnx.node('AveragePool', [name], attributes, 'com.microsoft.nchwc');
}
