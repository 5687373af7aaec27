import type { RecordedValue } from '../../record/recorded-graph.js';
import { channelsFirst, depthwiseKernelFirst } from '../layout.js';
import { inputOf, numbersOf, type LoweringContext, type OperationTable } from '../lowering-context.js';
import {
  convolutionGeometry,
  unreachedBorder,
  windowAttributes,
  type WindowGeometry,
} from '../window-geometry.js';
import {
  blockedDepthwiseFilterGradient,
  blockedDepthwiseForward,
  blockedDepthwiseInputGradient,
} from '../blocks/blocked-depthwise-convolution.js';
import { isDense, mirroredAttributes } from './dense-convolution.js';
import { mirrored } from './shifted-views.js';

/** Convolution of every channel by itself, with one or several kernels per channel, and its gradients. */
export const depthwiseConvolutionOperations: OperationTable = {
  DepthwiseConv2dNative: forward,
  DepthwiseConv2dNativeBackpropFilter: filterGradient,
  DepthwiseConv2dNativeBackpropInput: inputGradient,
};

function forward(value: RecordedValue, context: LoweringContext): void {
  const { onnx, values } = context;
  const [x, filter] = [inputOf(value, 'x'), inputOf(value, 'filter')];
  const geometry = convolutionGeometry(value, x.shape, filter.shape);
  if (blockedDepthwiseForward(value, geometry, context)) return;
  const operands = [values.read(x, channelsFirst), kernelOf(filter, geometry, context)];
  const bias = value.inputs['bias'];
  if (bias !== undefined) operands.push(values.readPlain(bias));
  const attributes = { ...windowAttributes(geometry), group: geometry.inChannels };
  values.define(value, channelsFirst, onnx.node('Conv', operands, attributes));
}

function inputGradient(value: RecordedValue, context: LoweringContext): void {
  const { onnx, values } = context;
  const [dy, filter] = [inputOf(value, 'dy'), inputOf(value, 'filter')];
  const geometry = convolutionGeometry(value, value.shape, filter.shape);
  if (blockedDepthwiseInputGradient(value, geometry, context)) return;
  const group = geometry.inChannels;
  const gradient = values.read(dy, channelsFirst);
  const kernel = kernelOf(filter, geometry, context);
  // With several kernels per channel, their gradients are to be added up: only the transposed form does that.
  const name =
    isDense(geometry) && geometry.outChannels === group
      ? onnx.node('Conv', [gradient, mirrored(kernel, geometry, onnx)], {
          ...mirroredAttributes(geometry),
          group,
        })
      : onnx.node('ConvTranspose', [gradient, kernel], {
          ...windowAttributes(geometry),
          output_padding: unreachedBorder(geometry),
          group,
        });
  values.define(value, channelsFirst, name);
}

/**
 * A convolution in which the output's gradient is the kernel: every channel of every picture is a group of its own, and
 * stride and dilation change places. The pictures are summed afterwards.
 */
function filterGradient(value: RecordedValue, context: LoweringContext): void {
  const { onnx, values } = context;
  const [x, dy] = [inputOf(value, 'x'), inputOf(value, 'dy')];
  const geometry = convolutionGeometry(value, x.shape, numbersOf(value, 'filterShape'));
  if (blockedDepthwiseFilterGradient(value, geometry, context)) return;
  const { batch, inChannels, outChannels, inHeight, inWidth, outHeight, outWidth } = geometry;
  const { kernelHeight, kernelWidth, strides, dilations, pads } = geometry;
  const picture = onnx.reshape(values.read(x, channelsFirst), [1, batch * inChannels, inHeight, inWidth]);
  const kernel = onnx.reshape(values.read(dy, channelsFirst), [batch * outChannels, 1, outHeight, outWidth]);
  const correlation = onnx.node('Conv', [picture, kernel], {
    kernel_shape: [outHeight, outWidth],
    strides: dilations,
    dilations: strides,
    pads,
    group: batch * inChannels,
  });
  const [rows, columns] = unreachedBorder(geometry);
  const found: [number, number] = [
    kernelHeight + Math.floor(rows / dilations[0]),
    kernelWidth + Math.floor(columns / dilations[1]),
  ];
  const perPicture = onnx.reshape(correlation, [batch, outChannels, ...found]);
  const sum = onnx.node('ReduceSum', [perPicture, onnx.integers([0])], { keepdims: 0 });
  // Where the stride leaves a border over, the correlation finds more positions than the kernel has.
  const isExact = found[0] === kernelHeight && found[1] === kernelWidth;
  const kernelGradient = isExact
    ? sum
    : onnx.node('Slice', [
        sum,
        onnx.integers([0, 0]),
        onnx.integers([kernelHeight, kernelWidth]),
        onnx.integers([1, 2]),
      ]);
  const multiplier = outChannels / inChannels;
  values.define(
    value,
    depthwiseKernelFirst,
    onnx.reshape(kernelGradient, [inChannels, multiplier, kernelHeight, kernelWidth]),
  );
}

/** [channels · multiplier, 1, height, width]. */
function kernelOf(
  filter: RecordedValue,
  { outChannels, kernelHeight, kernelWidth }: WindowGeometry,
  { onnx, values }: LoweringContext,
): string {
  const kernel = values.read(filter, depthwiseKernelFirst);
  if (filter.shape[3] === 1) return kernel;
  return onnx.reshape(kernel, [outChannels, 1, kernelHeight, kernelWidth]);
}
