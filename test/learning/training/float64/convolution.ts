import { activate } from './activate.js';
import { addProduct, addTransposedProduct, transposed } from './products.js';
import { four, input, zeros, type Kernel64, type KernelCall, type Tensor64 } from './tensor64.js';
import { tapOffsets, windowGeometry, type WindowAttributes, type WindowGeometry } from './window-geometry.js';

/**
 * Convolution and its two gradients, tap by tap: the pixels that one tap sees form a matrix [outputs, channels], and each
 * of the three is a sum of products with it.
 */
export const convolutions: Record<string, Kernel64> = {
  Conv2D: convolve,
  FusedConv2D: (call) => activate(call, convolve(call)),

  Conv2DBackpropInput: (call) => {
    const dy = input(call, 'dy');
    const filter = input(call, 'filter');
    const { inputShape, ...attributes } = call.attributes as unknown as WindowAttributes & {
      inputShape: number[];
    };
    const [kernelHeight, kernelWidth, inChannels, outChannels] = four(filter.shape);
    const geometry = windowGeometry(four(inputShape), [kernelHeight, kernelWidth], attributes);
    checkShape(dy, geometry, outChannels);
    const dx = zeros(inputShape);
    forEachTap(geometry, inChannels * outChannels, (offsets, tap, size) => {
      const matrix = transposed(filter.values.subarray(tap, tap + size), inChannels, outChannels);
      const seen = new Float64Array(offsets.length * inChannels);
      addProduct(dy.values, matrix, seen, offsets.length, outChannels, inChannels);
      scatterAdd(seen, dx.values, offsets, inChannels);
    });
    return dx;
  },

  Conv2DBackpropFilter: (call) => {
    const x = input(call, 'x');
    const dy = input(call, 'dy');
    const { filterShape, ...attributes } = call.attributes as unknown as WindowAttributes & {
      filterShape: number[];
    };
    const [kernelHeight, kernelWidth, inChannels, outChannels] = four(filterShape);
    const geometry = windowGeometry(four(x.shape), [kernelHeight, kernelWidth], attributes);
    checkShape(dy, geometry, outChannels);
    const gradient = zeros(filterShape);
    forEachTap(geometry, inChannels * outChannels, (offsets, tap, size) => {
      const seen = gather(x.values, offsets, inChannels);
      const target = gradient.values.subarray(tap, tap + size);
      addTransposedProduct(seen, dy.values, target, inChannels, offsets.length, outChannels);
    });
    return gradient;
  },
};

function convolve(call: KernelCall): Tensor64 {
  const x = input(call, 'x');
  const filter = input(call, 'filter');
  const [kernelHeight, kernelWidth, inChannels, outChannels] = four(filter.shape);
  if (x.shape[3] !== inChannels) throw new Error(`${x.shape[3]} channels meet a filter of ${inChannels}`);
  const attributes = call.attributes as unknown as WindowAttributes;
  const geometry = windowGeometry(four(x.shape), [kernelHeight, kernelWidth], attributes);
  const y = zeros([geometry.batch, geometry.outHeight, geometry.outWidth, outChannels]);
  forEachTap(geometry, inChannels * outChannels, (offsets, tap, size) => {
    const seen = gather(x.values, offsets, inChannels);
    addProduct(
      seen,
      filter.values.subarray(tap, tap + size),
      y.values,
      offsets.length,
      inChannels,
      outChannels,
    );
  });
  return y;
}

/** Hands over what each tap sees, and where its weights stand in the filter. */
export function forEachTap(
  geometry: WindowGeometry,
  size: number,
  visit: (offsets: Int32Array, start: number, size: number) => void,
): void {
  for (let ky = 0; ky < geometry.kernelHeight; ky++) {
    for (let kx = 0; kx < geometry.kernelWidth; kx++) {
      visit(tapOffsets(geometry, ky, kx), (ky * geometry.kernelWidth + kx) * size, size);
    }
  }
}

export function checkShape(dy: Tensor64, g: WindowGeometry, channels: number): void {
  const expected = [g.batch, g.outHeight, g.outWidth, channels];
  if (expected.some((extent, i) => extent !== dy.shape[i])) {
    throw new Error(`a gradient of [${expected.join(', ')}] was expected, not [${dy.shape.join(', ')}]`);
  }
}

function gather(source: Float64Array, offsets: Int32Array, channels: number): Float64Array {
  const rows = new Float64Array(offsets.length * channels);
  offsets.forEach((from, row) => {
    if (from < 0) return;
    const to = row * channels;
    for (let c = 0; c < channels; c++) rows[to + c] = source[from + c] ?? NaN;
  });
  return rows;
}

function scatterAdd(rows: Float64Array, target: Float64Array, offsets: Int32Array, channels: number): void {
  offsets.forEach((to, row) => {
    if (to < 0) return;
    const from = row * channels;
    for (let c = 0; c < channels; c++) target[to + c] = (target[to + c] ?? NaN) + (rows[from + c] ?? NaN);
  });
}
