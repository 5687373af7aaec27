import { backend_util } from '@tensorflow/tfjs-core';
import type { Attribute } from '../../onnx/onnx-model.js';
import type { RecordedValue } from '../record/recorded-graph.js';
import { numbersOf } from './lowering-context.js';

/** How a window moves over a picture, with every padding spelled out. */
export interface WindowGeometry {
  batch: number;
  inHeight: number;
  inWidth: number;
  inChannels: number;
  outHeight: number;
  outWidth: number;
  outChannels: number;
  kernelHeight: number;
  kernelWidth: number;
  strides: [height: number, width: number];
  dilations: [height: number, width: number];
  /** [top, left, bottom, right], as ONNX orders them. */
  pads: [top: number, left: number, bottom: number, right: number];
}

/**
 * Of a convolution or one of its gradients.
 *
 * @param input [batch, height, width, channels]. @param filter [height, width, in, out or multiplier].
 */
export function convolutionGeometry(
  value: RecordedValue,
  input: readonly number[],
  filter: readonly number[],
): WindowGeometry {
  const dilations = numbersOf(value, 'dilations');
  const info = backend_util.computeConv2DInfo(
    axes4(input),
    axes4(filter),
    pair(numbersOf(value, 'strides')),
    pair(dilations.length === 0 ? [1] : dilations),
    value.attributes['pad'] as Padding,
    value.attributes['dimRoundingMode'] as Rounding,
    value.op.startsWith('Depthwise'),
  );
  return geometryOf(info, [info.dilationHeight, info.dilationWidth]);
}

/** Of a pooling or one of its gradients. */
export function poolingGeometry(value: RecordedValue, input: readonly number[]): WindowGeometry {
  const info = backend_util.computePool2DInfo(
    axes4(input),
    pair(numbersOf(value, 'filterSize')),
    pair(numbersOf(value, 'strides')),
    1,
    value.attributes['pad'] as Padding,
    value.attributes['dimRoundingMode'] as Rounding,
  );
  return geometryOf(info, [1, 1]);
}

/** The attributes of ONNX' `Conv`, `ConvTranspose` and poolings. */
export function windowAttributes(geometry: WindowGeometry): Record<string, Attribute> {
  return {
    kernel_shape: [geometry.kernelHeight, geometry.kernelWidth],
    strides: geometry.strides,
    pads: geometry.pads,
    // Poolings have no such attribute.
    ...(geometry.dilations.every((step) => step === 1) ? {} : { dilations: geometry.dilations }),
  };
}

/** Rows and columns at the bottom and right that no window reaches, because the stride does not divide what is left. */
export function unreachedBorder(geometry: WindowGeometry): [rows: number, columns: number] {
  const { pads, strides, dilations } = geometry;
  const rows = geometry.inHeight + pads[0] + pads[2] - (geometry.kernelHeight - 1) * dilations[0] - 1;
  const columns = geometry.inWidth + pads[1] + pads[3] - (geometry.kernelWidth - 1) * dilations[1] - 1;
  return [rows - (geometry.outHeight - 1) * strides[0], columns - (geometry.outWidth - 1) * strides[1]];
}

type Padding = Parameters<typeof backend_util.computeConv2DInfo>[4];
type Rounding = Parameters<typeof backend_util.computeConv2DInfo>[5];
type Info = Pick<
  ReturnType<typeof backend_util.computeConv2DInfo>,
  | 'batchSize'
  | 'inHeight'
  | 'inWidth'
  | 'inChannels'
  | 'outHeight'
  | 'outWidth'
  | 'outChannels'
  | 'filterHeight'
  | 'filterWidth'
  | 'strideHeight'
  | 'strideWidth'
  | 'padInfo'
>;

function geometryOf(info: Info, dilations: [number, number]): WindowGeometry {
  const { top, left, bottom, right } = info.padInfo;
  return {
    batch: info.batchSize,
    inHeight: info.inHeight,
    inWidth: info.inWidth,
    inChannels: info.inChannels,
    outHeight: info.outHeight,
    outWidth: info.outWidth,
    outChannels: info.outChannels,
    kernelHeight: info.filterHeight,
    kernelWidth: info.filterWidth,
    strides: [info.strideHeight, info.strideWidth],
    dilations,
    pads: [top, left, bottom, right],
  };
}

function pair([first = 1, second = first]: number[]): [number, number] {
  return [first, second];
}

function axes4([a = 1, b = 1, c = 1, d = 1]: readonly number[]): [number, number, number, number] {
  return [a, b, c, d];
}
