import type { RecordedValue } from '../../record/recorded-graph.js';
import { arrange, channelsFirst } from '../layout.js';
import { inputOf, type LoweringContext, type OperationTable } from '../lowering-context.js';
import {
  poolingGeometry,
  unreachedBorder,
  windowAttributes,
  type WindowGeometry,
} from '../window-geometry.js';
import { mirroredAttributes } from './dense-convolution.js';

/** The mean of each window; padding does not count. */
export const averagePoolingOperations: OperationTable = {
  AvgPool: forward,
  AvgPoolGrad: gradient,
};

function forward(value: RecordedValue, { onnx, values }: LoweringContext): void {
  const x = inputOf(value, 'x');
  const geometry = poolingGeometry(value, x.shape);
  const picture = values.read(x, channelsFirst);
  const name = isGlobal(geometry)
    ? onnx.node('GlobalAveragePool', [picture])
    : onnx.node('AveragePool', [picture], { ...windowAttributes(geometry), count_include_pad: 0 });
  values.define(value, channelsFirst, name);
}

/** Every pixel gets, from each window it is in, an equal share of the window's gradient. */
function gradient(value: RecordedValue, { onnx, values }: LoweringContext): void {
  const x = inputOf(value, 'input');
  const geometry = poolingGeometry(value, x.shape);
  const dy = values.read(inputOf(value, 'dy'), channelsFirst);
  const { outHeight, outWidth, kernelHeight, kernelWidth, inChannels } = geometry;
  const shares = onnx.node('Mul', [dy, onnx.constant(sharePerWindow(geometry), [outHeight, outWidth])]);
  values.define(value, channelsFirst, spread());

  function spread(): string {
    if (isGlobal(geometry)) {
      return onnx.node('Expand', [shares, onnx.integers(arrange(x.shape, channelsFirst))]);
    }
    if (geometry.strides[0] === 1 && geometry.strides[1] === 1) {
      // A mean that counts the padding, times the window's size, is a sum.
      const mean = onnx.node('AveragePool', [shares], {
        ...mirroredAttributes(geometry),
        count_include_pad: 1,
      });
      return onnx.node('Mul', [mean, onnx.scalar(kernelHeight * kernelWidth)]);
    }
    const ones = new Float32Array(inChannels * kernelHeight * kernelWidth).fill(1);
    return onnx.node(
      'ConvTranspose',
      [shares, onnx.constant(ones, [inChannels, 1, kernelHeight, kernelWidth])],
      { ...windowAttributes(geometry), group: inChannels, output_padding: unreachedBorder(geometry) },
    );
  }
}

function isGlobal({ outHeight, outWidth, pads, ...geometry }: WindowGeometry): boolean {
  return (
    outHeight * outWidth === 1 &&
    pads.every((pad) => pad === 0) &&
    geometry.kernelHeight === geometry.inHeight &&
    geometry.kernelWidth === geometry.inWidth
  );
}

/** 1 / the number of pixels in each window, row by row. */
function sharePerWindow(geometry: WindowGeometry): Float32Array {
  const { outHeight, outWidth, strides, pads } = geometry;
  const rows = lengths(outHeight, strides[0], pads[0], geometry.kernelHeight, geometry.inHeight);
  const columns = lengths(outWidth, strides[1], pads[1], geometry.kernelWidth, geometry.inWidth);
  return Float32Array.from(rows.flatMap((height) => columns.map((width) => 1 / (height * width))));
}

/** How many pixels of the picture each window covers along one axis. */
function lengths(windows: number, stride: number, pad: number, kernel: number, length: number): number[] {
  return Array.from({ length: windows }, (_, window) => {
    const start = window * stride - pad;
    return Math.min(length, start + kernel) - Math.max(0, start);
  });
}
