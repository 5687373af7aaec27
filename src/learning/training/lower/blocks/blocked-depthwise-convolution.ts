import type { RecordedValue } from '../../record/recorded-graph.js';
import { depthwiseKernelFirst } from '../layout.js';
import { inputOf, type LoweringContext } from '../lowering-context.js';
import { isDense, mirroredAttributes } from '../operations/dense-convolution.js';
import { mirrored } from '../operations/shifted-views.js';
import { unreachedBorder, windowAttributes, type WindowGeometry } from '../window-geometry.js';
import { blockDepthwiseFilter } from './blocked-filters.js';
import { fuseActivation } from './fuse-activation.js';

/**
 * Depthwise convolutions on blocks of channels: one instruction serves as many channels as a block has. Each of these
 * says whether it took the operation.
 */
export function blockedDepthwiseForward(
  value: RecordedValue,
  geometry: WindowGeometry,
  context: LoweringContext,
): boolean {
  if (!fits(geometry, context)) return false;
  const { onnx, values } = context;
  const [x, filter] = [inputOf(value, 'x'), inputOf(value, 'filter')];
  const kernel = blockDepthwiseFilter(values.read(filter, depthwiseKernelFirst), geometry, context);
  const operands = [values.readBlocked(x), kernel];
  const bias = value.inputs['bias'];
  if (bias !== undefined) operands.push(values.readPlain(bias));
  const { attributes, result } = fuseActivation(value, context);
  values.defineBlocked(
    result,
    onnx.node('Conv', operands, { ...blockedAttributes(geometry), ...attributes }, 'com.microsoft.nchwc'),
  );
  return true;
}

/** With a stride, zeros are put between the pixels of the gradient first; then every kernel is a dense one. */
export function blockedDepthwiseInputGradient(
  value: RecordedValue,
  geometry: WindowGeometry,
  context: LoweringContext,
): boolean {
  const spread = spreadGeometry(geometry);
  if (!fits(geometry, context) || !isDense(spread)) return false;
  const { onnx, values } = context;
  const [dy, filter] = [inputOf(value, 'dy'), inputOf(value, 'filter')];
  const gradient = spreadPixels(values.readBlocked(dy), geometry, context);
  const turned = mirrored(values.read(filter, depthwiseKernelFirst), geometry, onnx);
  const kernel = blockDepthwiseFilter(turned, geometry, context);
  const attributes = { ...blockedAttributes(spread), ...mirroredAttributes(spread) };
  values.defineBlocked(value, onnx.node('Conv', [gradient, kernel], attributes, 'com.microsoft.nchwc'));
  return true;
}

/**
 * A depthwise convolution in which the output's gradient is the kernel: every channel of every picture is a group of its
 * own, and stride and dilation change places. The pictures are summed afterwards.
 */
export function blockedDepthwiseFilterGradient(
  value: RecordedValue,
  geometry: WindowGeometry,
  context: LoweringContext,
): boolean {
  const [rows, columns] = unreachedBorder(geometry);
  // A border that no window reaches would be taken for more positions of the kernel.
  if (!fits(geometry, context) || rows > 0 || columns > 0) return false;
  const { onnx, values } = context;
  const { batch, inChannels, outHeight, outWidth, kernelHeight, kernelWidth, strides, dilations } = geometry;
  const [x, dy] = [inputOf(value, 'x'), inputOf(value, 'dy')];
  const picture = padPicture(values.readBlocked(x), geometry, context);
  const groups = batch * inChannels;
  const correlation = onnx.node(
    'Conv',
    [
      onnx.reshape(picture.name, [1, groups, picture.height, picture.width]),
      onnx.reshape(values.readBlocked(dy), [groups, 1, outHeight, outWidth]),
    ],
    {
      kernel_shape: [outHeight, outWidth],
      strides: dilations,
      dilations: strides,
      pads: picture.pads,
      group: groups,
    },
    'com.microsoft.nchwc',
  );
  const area = kernelHeight * kernelWidth;
  const perPicture = onnx.reshape(correlation, [batch, inChannels * area]);
  const sum = onnx.node('ReduceSum', [perPicture, onnx.integers([0])], { keepdims: 0 });
  const kernel = onnx.node(
    'ReorderOutput',
    [onnx.reshape(sum, [1, inChannels, area, 1])],
    { channels: inChannels, channels_last: 0 },
    'com.microsoft.nchwc',
  );
  values.define(
    value,
    depthwiseKernelFirst,
    onnx.reshape(kernel, [inChannels, 1, kernelHeight, kernelWidth]),
  );
  return true;
}

/** One kernel per channel, and no block left partly empty: groups are counted by channels. */
function fits({ inChannels, outChannels }: WindowGeometry, { values }: LoweringContext): boolean {
  return inChannels === outChannels && values.channelsFillBlocks(inChannels);
}

function blockedAttributes(geometry: WindowGeometry): ReturnType<typeof windowAttributes> {
  return { ...windowAttributes(geometry), dilations: geometry.dilations, group: geometry.inChannels };
}

/** The convolution that would have made the gradient with zeros between its pixels. */
function spreadGeometry(geometry: WindowGeometry): WindowGeometry {
  const { strides, outHeight, outWidth, inHeight, inWidth, kernelHeight, kernelWidth, pads } = geometry;
  const [down, right] = strides;
  const [height, width] = [outHeight * down, outWidth * right];
  return {
    ...geometry,
    strides: [1, 1],
    outHeight: height,
    outWidth: width,
    pads: [
      pads[0],
      pads[1],
      height - inHeight - pads[0] + (kernelHeight - 1) * geometry.dilations[0],
      width - inWidth - pads[1] + (kernelWidth - 1) * geometry.dilations[1],
    ],
  };
}

function spreadPixels(gradient: string, geometry: WindowGeometry, { onnx, values }: LoweringContext): string {
  const { batch, inChannels, outHeight, outWidth, strides } = geometry;
  const [down, right] = strides;
  if (down * right === 1) return gradient;
  const { blockSize } = values;
  const rows = ((batch * inChannels) / blockSize) * outHeight;
  const behind = (name: string, shape: [number, number], zeros: number) =>
    onnx.node('Pad', [onnx.reshape(name, shape), onnx.integers([0, 0, 0, zeros]), onnx.scalar(0)]);
  const wide = behind(gradient, [rows * outWidth, blockSize], (right - 1) * blockSize);
  const line = outWidth * right * blockSize;
  const high = behind(wide, [rows, line], (down - 1) * line);
  return onnx.reshape(high, [batch, inChannels, outHeight * down, outWidth * right]);
}

/**
 * Zeros around large pictures, made beforehand: with them no position of the kernel is at a border, and all of them are
 * computed together. On small ones the copy costs more than it saves.
 */
function padPicture(
  name: string,
  geometry: WindowGeometry,
  { onnx, values }: LoweringContext,
): { name: string; height: number; width: number; pads: readonly number[] } {
  const { batch, inChannels, inHeight, inWidth, strides } = geometry;
  const [top, left, bottom, right] = geometry.pads;
  const isWorthwhile = strides[0] === 1 && inHeight >= smallestPadded && top + left + bottom + right > 0;
  if (!isWorthwhile) return { name, height: inHeight, width: inWidth, pads: geometry.pads };
  const { blockSize } = values;
  const blocks = onnx.reshape(name, [(batch * inChannels) / blockSize, inHeight, inWidth, blockSize]);
  const ends = onnx.integers([0, top, left, 0, 0, bottom, right, 0]);
  return {
    name: onnx.node('Pad', [blocks, ends, onnx.scalar(0)]),
    height: inHeight + top + bottom,
    width: inWidth + left + right,
    pads: [0, 0, 0, 0],
  };
}

/** Rows of a picture. */
const smallestPadded = 20;
