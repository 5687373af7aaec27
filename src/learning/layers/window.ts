import { LayerError } from './layer-kind.js';

/** Arithmetic of sliding windows (convolution and pooling), exactly as TensorFlow and tfjs do it. */
export interface Window {
  size: [number, number];
  strides: [number, number];
  dilation?: [number, number];
  padding: 'valid' | 'same';
}

/** Height and width after the window has slid over `height` × `width`. @throws LayerError when it does not fit. */
export function windowOutput(window: Window, height: number, width: number): [number, number] {
  return [outputLength(window, 0, height), outputLength(window, 1, width)];
}

/** Padding as ONNX wants it: [top, left, bottom, right]. 'same' puts the odd pixel at the bottom and right. */
export function windowPads(window: Window, height: number, width: number): [number, number, number, number] {
  if (window.padding === 'valid') return [0, 0, 0, 0];
  const vertical = samePadding(window, 0, height);
  const horizontal = samePadding(window, 1, width);
  const top = Math.floor(vertical / 2);
  const left = Math.floor(horizontal / 2);
  return [top, left, vertical - top, horizontal - left];
}

function outputLength(window: Window, axis: 0 | 1, length: number): number {
  const stride = window.strides[axis];
  if (window.padding === 'same') return Math.ceil(length / stride);
  const output = Math.floor((length - reach(window, axis)) / stride) + 1;
  if (output < 1) {
    throw new LayerError(`has a window of ${reach(window, axis)} pixels over an input of only ${length}`);
  }
  return output;
}

function samePadding(window: Window, axis: 0 | 1, length: number): number {
  const stride = window.strides[axis];
  return Math.max(0, (Math.ceil(length / stride) - 1) * stride + reach(window, axis) - length);
}

function reach(window: Window, axis: 0 | 1): number {
  return (window.size[axis] - 1) * (window.dilation?.[axis] ?? 1) + 1;
}
