import type { OnnxEmitter } from '../onnx-emitter.js';
import type { WindowGeometry } from '../window-geometry.js';

/**
 * For every position of a kernel, row by row, the pixels of the input that this position meets, one per pixel of the
 * output: [batch, channels, outHeight, outWidth].
 *
 * @param picture channels first, without the padding
 */
export function shiftedViews(picture: string, geometry: WindowGeometry, onnx: OnnxEmitter): string[] {
  const padded = withPads(picture, geometry, onnx);
  const { kernelHeight, kernelWidth, outHeight, outWidth, strides, dilations } = geometry;
  const isWhole = kernelHeight * kernelWidth === 1 && strides[0] * strides[1] === 1 && padded === picture;
  if (isWhole) return [picture];
  const axes = onnx.integers([2, 3]);
  return Array.from({ length: kernelHeight * kernelWidth }, (_, position) => {
    const top = Math.floor(position / kernelWidth) * dilations[0];
    const left = (position % kernelWidth) * dilations[1];
    const bottom = top + (outHeight - 1) * strides[0] + 1;
    const right = left + (outWidth - 1) * strides[1] + 1;
    return onnx.node('Slice', [
      padded,
      onnx.integers([top, left]),
      onnx.integers([bottom, right]),
      axes,
      onnx.integers(strides),
    ]);
  });
}

/** A kernel turned upside down and left to right. Its last two axes are height and width. */
export function mirrored(kernel: string, geometry: WindowGeometry, onnx: OnnxEmitter): string {
  const { kernelHeight, kernelWidth } = geometry;
  if (kernelHeight * kernelWidth === 1) return kernel;
  return onnx.node('Slice', [
    kernel,
    onnx.integers([-1, -1]),
    onnx.integers([-kernelHeight - 1, -kernelWidth - 1]),
    onnx.integers([2, 3]),
    onnx.integers([-1, -1]),
  ]);
}

function withPads(picture: string, { pads }: WindowGeometry, onnx: OnnxEmitter): string {
  const [top, left, bottom, right] = pads;
  if (top + left + bottom + right === 0) return picture;
  return onnx.node('Pad', [picture, onnx.integers([0, 0, top, left, 0, 0, bottom, right]), onnx.scalar(0)]);
}
