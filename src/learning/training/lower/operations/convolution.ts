import type { RecordedValue } from '../../record/recorded-graph.js';
import { channelsFirst, kernelInFirst, kernelOutFirst } from '../layout.js';
import { inputOf, numbersOf, type LoweringContext, type OperationTable } from '../lowering-context.js';
import { blockedForward, blockedInputGradient, rowsFilterGradient } from '../blocks/blocked-convolution.js';
import type { OnnxEmitter } from '../onnx-emitter.js';
import {
  convolutionGeometry,
  unreachedBorder,
  windowAttributes,
  type WindowGeometry,
} from '../window-geometry.js';
import { isDense, mirroredAttributes } from './dense-convolution.js';
import { mirrored, shiftedViews } from './shifted-views.js';

/** Convolution over all channels, and its gradients. */
export const convolutionOperations: OperationTable = {
  Conv2D: forward,
  Conv2DBackpropFilter: filterGradient,
  Conv2DBackpropInput: inputGradient,
};

function forward(value: RecordedValue, context: LoweringContext): void {
  const { onnx, values } = context;
  const [x, filter] = [inputOf(value, 'x'), inputOf(value, 'filter')];
  const geometry = convolutionGeometry(value, x.shape, filter.shape);
  if (blockedForward(value, geometry, context)) return;
  const operands = [values.read(x, channelsFirst), values.read(filter, kernelOutFirst)];
  const bias = value.inputs['bias'];
  if (bias !== undefined) operands.push(values.readPlain(bias));
  values.define(value, channelsFirst, onnx.node('Conv', operands, windowAttributes(geometry)));
}

/**
 * What the output's gradient says of the input: with stride 1 a convolution by the mirrored kernel, otherwise the
 * transposed convolution.
 *
 * @see Dumoulin and Visin 2016, "A guide to convolution arithmetic for deep learning", section 4
 */
function inputGradient(value: RecordedValue, context: LoweringContext): void {
  const { onnx, values } = context;
  const [dy, filter] = [inputOf(value, 'dy'), inputOf(value, 'filter')];
  const geometry = convolutionGeometry(value, value.shape, filter.shape);
  if (blockedInputGradient(value, geometry, context)) return;
  const gradient = values.read(dy, channelsFirst);
  const name = isDense(geometry)
    ? onnx.node(
        'Conv',
        [gradient, mirrored(values.read(filter, kernelInFirst), geometry, onnx)],
        mirroredAttributes(geometry),
      )
    : onnx.node('ConvTranspose', [gradient, values.read(filter, kernelOutFirst)], {
        ...windowAttributes(geometry),
        output_padding: unreachedBorder(geometry),
      });
  values.define(value, channelsFirst, name);
}

/**
 * Per position of the kernel, the product of the output's gradient with the input that this position saw. Few channels
 * would make thin products: there, the positions are put side by side first.
 */
function filterGradient(value: RecordedValue, context: LoweringContext): void {
  const { onnx, values } = context;
  const [x, dy] = [inputOf(value, 'x'), inputOf(value, 'dy')];
  const geometry = convolutionGeometry(value, x.shape, numbersOf(value, 'filterShape'));
  if (rowsFilterGradient(value, geometry, context)) return;
  const { inChannels, outChannels, kernelHeight, kernelWidth } = geometry;
  const area = kernelHeight * kernelWidth;
  const gradient = values.read(dy, channelsFirst);
  const views = shiftedViews(values.read(x, channelsFirst), geometry, onnx);
  const isThin = area > 1 && inChannels * area <= mostSideBySide;
  const positionsLast = isThin
    ? onnx.node('Transpose', [productsSideBySide(gradient, views, geometry, onnx)], { perm: [0, 2, 1] })
    : productsInTurn(gradient, views, geometry, onnx);
  values.define(
    value,
    kernelOutFirst,
    onnx.reshape(positionsLast, [outChannels, inChannels, kernelHeight, kernelWidth]),
  );
}

/** Columns of a product. Wider ones gain nothing and cost a copy. */
const mostSideBySide = 64;

/** [out, position, in]. */
function productsSideBySide(
  gradient: string,
  views: string[],
  geometry: WindowGeometry,
  onnx: OnnxEmitter,
): string {
  const { inChannels, outChannels } = geometry;
  const together = onnx.node('Concat', views, { axis: 1 });
  const product = productOverPixels(gradient, together, inChannels * views.length, geometry, onnx);
  return onnx.reshape(product, [outChannels, views.length, inChannels]);
}

/** [out, in, position]. */
function productsInTurn(
  gradient: string,
  views: string[],
  geometry: WindowGeometry,
  onnx: OnnxEmitter,
): string {
  const { inChannels, outChannels } = geometry;
  const products = views.map((view) =>
    onnx.reshape(productOverPixels(gradient, view, inChannels, geometry, onnx), [outChannels, inChannels, 1]),
  );
  const [only = ''] = products;
  return products.length === 1 ? only : onnx.node('Concat', products, { axis: 2 });
}

/** Of two batches of pictures, channels first: [out, channels], summed over all pixels of all pictures. */
function productOverPixels(
  gradient: string,
  seen: string,
  channels: number,
  { batch, outChannels, outHeight, outWidth }: WindowGeometry,
  onnx: OnnxEmitter,
): string {
  const pixels = outHeight * outWidth;
  const operands = [
    onnx.reshape(gradient, [batch, outChannels, pixels]),
    onnx.reshape(seen, [batch, channels, pixels]),
  ];
  const perPicture = onnx.node('FusedMatMul', operands, { transB: 1 }, 'com.microsoft');
  return onnx.node('ReduceSum', [perPicture, onnx.integers([0])], { keepdims: 0 });
}
