import type { RecordedValue } from '../../record/recorded-graph.js';
import { channelsFirst, kernelInFirst, kernelOutFirst, plainLayout } from '../layout.js';
import { inputOf, type LoweringContext } from '../lowering-context.js';
import { isDense, mirroredAttributes } from '../operations/dense-convolution.js';
import { mirrored } from '../operations/shifted-views.js';
import { windowAttributes, type WindowGeometry } from '../window-geometry.js';
import { blockFilter, blockFirstFilter, blockTransposedFilter, padVector } from './blocked-filters.js';
import { fuseActivation } from './fuse-activation.js';

/**
 * Convolutions over all channels on blocks of channels (`com.microsoft.nchwc`, ONNX Runtime's own): no matrix has to be
 * made of the picture, and the activation costs no pass over memory. Each of these says whether it took the operation.
 */
export function blockedForward(
  value: RecordedValue,
  geometry: WindowGeometry,
  context: LoweringContext,
): boolean {
  const { onnx, values } = context;
  const { inChannels, outChannels } = geometry;
  if (!values.channelsFitBlocks(outChannels)) return false;
  const [x, filter] = [inputOf(value, 'x'), inputOf(value, 'filter')];
  // Fewer channels than a block has are read channels first: the picture itself.
  const isFirst = inChannels < values.blockSize && inChannels % 4 !== 0;
  if (!isFirst && !values.channelsFitBlocks(inChannels)) return false;
  const kernel = values.read(filter, kernelOutFirst);
  const operands = isFirst
    ? [values.read(x, channelsFirst), blockFirstFilter(kernel, geometry, context)]
    : [values.readBlocked(x), blockFilter(kernel, geometry, context)];
  const bias = value.inputs['bias'];
  if (bias !== undefined) operands.push(padVector(values.readPlain(bias), outChannels, context));
  const { attributes, result } = fuseActivation(value, context);
  values.defineBlocked(
    result,
    onnx.node('Conv', operands, { ...blockedAttributes(geometry), ...attributes }, 'com.microsoft.nchwc'),
  );
  return true;
}

/** What the output's gradient says of the input, as a convolution by the mirrored kernel with in and out exchanged. */
export function blockedInputGradient(
  value: RecordedValue,
  geometry: WindowGeometry,
  context: LoweringContext,
): boolean {
  const { onnx, values } = context;
  const { inChannels, outChannels, kernelHeight, kernelWidth } = geometry;
  const fits = values.channelsFitBlocks(inChannels) && values.channelsFitBlocks(outChannels);
  if (!fits || !isDense(geometry)) return false;
  const [dy, filter] = [inputOf(value, 'dy'), inputOf(value, 'filter')];
  const exchanged = { ...geometry, inChannels: outChannels, outChannels: inChannels };
  const kernel =
    kernelHeight * kernelWidth === 1
      ? blockTransposedFilter(values.read(filter, kernelOutFirst), geometry, context)
      : blockFilter(mirrored(values.read(filter, kernelInFirst), geometry, onnx), exchanged, context);
  const attributes = { ...blockedAttributes(geometry), ...mirroredAttributes(geometry) };
  values.defineBlocked(
    value,
    onnx.node('Conv', [values.readBlocked(dy), kernel], attributes, 'com.microsoft.nchwc'),
  );
  return true;
}

/**
 * Of a 1 × 1 convolution on small pictures: all pixels of all pictures are the rows of one matrix product, which beats
 * one product per picture. Blocks become channels-last rows at the speed of a copy.
 */
export function rowsFilterGradient(
  value: RecordedValue,
  geometry: WindowGeometry,
  context: LoweringContext,
): boolean {
  const { onnx, values } = context;
  const { batch, inChannels, outChannels, outHeight, outWidth } = geometry;
  const pixels = outHeight * outWidth;
  const isPointwise = geometry.kernelHeight * geometry.kernelWidth * geometry.strides[0] === 1;
  if (!isPointwise || !isDense(geometry) || pixels > largestForRows || values.blockSize === 0) return false;
  const [x, dy] = [inputOf(value, 'x'), inputOf(value, 'dy')];
  const rows = (picture: RecordedValue, channels: number) =>
    onnx.reshape(values.read(picture, plainLayout(4)), [batch * pixels, channels]);
  const product = onnx.node('Gemm', [rows(dy, outChannels), rows(x, inChannels)], { transA: 1 });
  values.define(value, kernelOutFirst, onnx.reshape(product, [outChannels, inChannels, 1, 1]));
  return true;
}

/** Pixels of a picture. Above, a product per picture is long enough and saves the reordering across pictures. */
const largestForRows = 400;

function blockedAttributes(geometry: WindowGeometry): ReturnType<typeof windowAttributes> {
  // Unlike ONNX' own convolution, this one has no defaults.
  return { ...windowAttributes(geometry), dilations: geometry.dilations, group: 1 };
}
