import type { LoweringContext } from '../lowering-context.js';

/**
 * Kernels as ONNX Runtime's convolutions on blocks of channels take them. Blocks of b channels lie one after the other,
 * [out / b, in / b, height, width, b in, b out], under the shape [out, in, height, width]. The reorderings are ONNX
 * Runtime's own, told that the kernel is a picture: they run at the speed of a copy, a general `Transpose` does not.
 *
 * @see Georganas et al. 2018, "Anatomy of high-performance deep learning convolutions on SIMD architectures", section II
 */
export interface FilterShape {
  outChannels: number;
  inChannels: number;
  kernelHeight: number;
  kernelWidth: number;
}

/** The next multiple of the block: what channels occupy in blocks. */
export function fillBlock(channels: number, blockSize: number): number {
  return Math.ceil(channels / blockSize) * blockSize;
}

/** @param filter [out, in, height, width]. Channels that a block lacks are zero. */
export function blockFilter(filter: string, shape: FilterShape, context: LoweringContext): string {
  const { onnx } = context;
  const { blockSize } = context.values;
  const [out, into] = [fillBlock(shape.outChannels, blockSize), fillBlock(shape.inChannels, blockSize)];
  const area = shape.kernelHeight * shape.kernelWidth;
  const whole = padTo(filter, [shape.outChannels, shape.inChannels], [shape.outChannels, into], context);
  const byOut = reorderInput(onnx.reshape(whole, [1, shape.outChannels, into * area, 1]), false, context);
  const kernelShape = [out, into, shape.kernelHeight, shape.kernelWidth];
  if (area === 1) return onnx.reshape(byOut, kernelShape);
  const parts = onnx.reshape(byOut, [out / blockSize, into / blockSize, blockSize, area, blockSize]);
  return onnx.reshape(onnx.node('Transpose', [parts], { perm: [0, 1, 3, 2, 4] }), kernelShape);
}

/**
 * Of a convolution that reads channels first, as the first one of a network does: [out / b, in, height, width, b out].
 *
 * @param filter [out, in, height, width]
 */
export function blockFirstFilter(filter: string, shape: FilterShape, context: LoweringContext): string {
  const { onnx, values } = context;
  const { outChannels, inChannels, kernelHeight, kernelWidth } = shape;
  const rest = inChannels * kernelHeight * kernelWidth;
  const blocked = reorderInput(onnx.reshape(filter, [1, outChannels, rest, 1]), false, context);
  return onnx.reshape(blocked, [
    fillBlock(outChannels, values.blockSize),
    inChannels,
    kernelHeight,
    kernelWidth,
  ]);
}

/** Of the convolution that carries a gradient back through a 1 × 1 one: in and out change places. @param filter [out, in, 1, 1]. */
export function blockTransposedFilter(filter: string, shape: FilterShape, context: LoweringContext): string {
  const { onnx } = context;
  const { blockSize } = context.values;
  const [out, into] = [fillBlock(shape.outChannels, blockSize), fillBlock(shape.inChannels, blockSize)];
  const whole = padTo(filter, [shape.outChannels, shape.inChannels], [out, shape.inChannels], context);
  const blocked = reorderInput(onnx.reshape(whole, [1, out, 1, shape.inChannels]), true, context);
  return onnx.reshape(blocked, [into, out, 1, 1]);
}

/** Of a depthwise convolution, [channels / b, height, width, b]. @param filter [channels, 1, height, width]. */
export function blockDepthwiseFilter(
  filter: string,
  { outChannels, kernelHeight, kernelWidth }: FilterShape,
  context: LoweringContext,
): string {
  const { onnx } = context;
  const picture = onnx.reshape(filter, [1, outChannels, kernelHeight * kernelWidth, 1]);
  return onnx.reshape(reorderInput(picture, false, context), [outChannels, 1, kernelHeight, kernelWidth]);
}

/** A number per channel, with zeros for those that a block lacks. */
export function padVector(vector: string, channels: number, context: LoweringContext): string {
  const filled = fillBlock(channels, context.values.blockSize);
  if (filled === channels) return vector;
  const { onnx } = context;
  return onnx.node('Pad', [vector, onnx.integers([0, filled - channels]), onnx.scalar(0)]);
}

function reorderInput(picture: string, channelsLast: boolean, { onnx }: LoweringContext): string {
  const attributes = { channels_last: channelsLast ? 1 : 0 };
  return onnx.node('ReorderInput', [picture], attributes, 'com.microsoft.nchwc');
}

/** Zeros behind the first two of four axes. */
function padTo(
  filter: string,
  [rows = 0, columns = 0]: number[],
  [wantedRows = 0, wantedColumns = 0]: number[],
  { onnx }: LoweringContext,
): string {
  if (rows === wantedRows && columns === wantedColumns) return filter;
  const ends = onnx.integers([0, 0, 0, 0, wantedRows - rows, wantedColumns - columns, 0, 0]);
  return onnx.node('Pad', [filter, ends, onnx.scalar(0)]);
}
