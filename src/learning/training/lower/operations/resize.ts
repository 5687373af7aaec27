import type { RecordedValue } from '../../record/recorded-graph.js';
import { channelsFirst } from '../layout.js';
import {
  inputOf,
  type LoweringContext,
  type OperationLowering,
  type OperationTable,
} from '../lowering-context.js';

/**
 * Pictures in another size. Interpolation is linear in the pixels, so that rows and columns are each one product with a
 * matrix of shares, and the gradient the product with its transpose.
 */
export const resizeOperations: OperationTable = {
  ResizeBilinear: forward(linearShares),
  ResizeBilinearGrad: gradient(linearShares),
  ResizeNearestNeighbor: forward(nearestShares),
  ResizeNearestNeighborGrad: gradient(nearestShares),
};

/** How much of each of `from` pixels goes into each of `to`, row-major [to, from]. */
type Shares = (from: number, to: number, attributes: SamplingAttributes) => Float32Array;

interface SamplingAttributes {
  alignCorners: boolean;
  halfPixelCenters: boolean;
}

function forward(shares: Shares): OperationLowering {
  return (value, context) => resample(value, inputOf(value, 'images'), value.shape, shares, false, context);
}

function gradient(shares: Shares): OperationLowering {
  return (value, context) => {
    const dy = inputOf(value, 'dy');
    resample(value, dy, dy.shape, shares, true, context);
  };
}

/** @param resized the shape after resizing: of the result forwards, of the gradient that arrives backwards. */
function resample(
  value: RecordedValue,
  source: RecordedValue,
  resized: number[],
  shares: Shares,
  backwards: boolean,
  { onnx, values }: LoweringContext,
): void {
  const original = backwards ? value.shape : source.shape;
  const sampling = {
    alignCorners: value.attributes['alignCorners'] === true,
    halfPixelCenters: value.attributes['halfPixelCenters'] === true,
  };
  const [rows, columns] = [1, 2].map((axis) => {
    const [from = 1, to = 1] = [original[axis], resized[axis]];
    return onnx.constant(shares(from, to, sampling), [to, from]);
  }) as [string, string];
  const picture = values.read(source, channelsFirst);
  const transposed = (flag: boolean) => (flag ? 1 : 0);
  const tall = onnx.node('FusedMatMul', [rows, picture], { transA: transposed(backwards) }, 'com.microsoft');
  const wide = onnx.node('FusedMatMul', [tall, columns], { transB: transposed(!backwards) }, 'com.microsoft');
  values.define(value, channelsFirst, wide);
}

function linearShares(from: number, to: number, sampling: SamplingAttributes): Float32Array {
  const matrix = new Float32Array(to * from);
  for (let target = 0; target < to; target++) {
    const position = sourcePosition(target, from, to, sampling);
    const low = Math.max(0, Math.floor(position));
    const high = Math.min(from - 1, Math.ceil(position));
    const share = position - Math.floor(position);
    matrix[target * from + low] = (matrix[target * from + low] ?? 0) + 1 - share;
    matrix[target * from + high] = (matrix[target * from + high] ?? 0) + share;
  }
  return matrix;
}

function nearestShares(from: number, to: number, sampling: SamplingAttributes): Float32Array {
  const matrix = new Float32Array(to * from);
  const { alignCorners, halfPixelCenters } = sampling;
  const scale = scaleOf(from, to, sampling);
  for (let target = 0; target < to; target++) {
    const position = scale * (halfPixelCenters ? target + 0.5 : target);
    const nearest = Math.min(from - 1, alignCorners ? Math.round(position) : Math.floor(position));
    matrix[target * from + nearest] = 1;
  }
  return matrix;
}

function sourcePosition(target: number, from: number, to: number, sampling: SamplingAttributes): number {
  const scale = scaleOf(from, to, sampling);
  return sampling.halfPixelCenters ? scale * (target + 0.5) - 0.5 : scale * target;
}

function scaleOf(from: number, to: number, { alignCorners }: SamplingAttributes): number {
  return alignCorners && to > 1 ? (from - 1) / (to - 1) : from / to;
}
