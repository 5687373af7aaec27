import { activate } from './activate.js';
import { checkShape, forEachTap } from './convolution.js';
import { four, input, zeros, type Kernel64, type KernelCall, type Tensor64 } from './tensor64.js';
import { windowGeometry, type WindowAttributes } from './window-geometry.js';

/** Depthwise convolution and its gradients. Output channel c · multiplier + m reads input channel c. */
export const depthwiseConvolutions: Record<string, Kernel64> = {
  DepthwiseConv2dNative: convolve,
  FusedDepthwiseConv2D: (call) => activate(call, convolve(call)),

  DepthwiseConv2dNativeBackpropInput: (call) => {
    const dy = input(call, 'dy');
    const filter = input(call, 'filter');
    const { inputShape, ...attributes } = call.attributes as unknown as WindowAttributes & {
      inputShape: number[];
    };
    const dx = zeros(inputShape);
    forEachProduct(inputShape, filter.shape, attributes, dy, (x, w, y) => {
      dx.values[x] = (dx.values[x] ?? NaN) + (filter.values[w] ?? NaN) * (dy.values[y] ?? NaN);
    });
    return dx;
  },

  DepthwiseConv2dNativeBackpropFilter: (call) => {
    const source = input(call, 'x');
    const dy = input(call, 'dy');
    const { filterShape, ...attributes } = call.attributes as unknown as WindowAttributes & {
      filterShape: number[];
    };
    const gradient = zeros(filterShape);
    forEachProduct(source.shape, filterShape, attributes, dy, (x, w, y) => {
      gradient.values[w] = (gradient.values[w] ?? NaN) + (source.values[x] ?? NaN) * (dy.values[y] ?? NaN);
    });
    return gradient;
  },
};

function convolve(call: KernelCall): Tensor64 {
  const source = input(call, 'x');
  const filter = input(call, 'filter');
  const attributes = call.attributes as unknown as WindowAttributes;
  const [kernelHeight, kernelWidth, channels, multiplier] = four(filter.shape);
  const g = windowGeometry(four(source.shape), [kernelHeight, kernelWidth], attributes);
  const result = zeros([g.batch, g.outHeight, g.outWidth, channels * multiplier]);
  forEachProduct(source.shape, filter.shape, attributes, result, (x, w, y) => {
    result.values[y] = (result.values[y] ?? NaN) + (source.values[x] ?? NaN) * (filter.values[w] ?? NaN);
  });
  return result;
}

/** Every product x · w that y is the sum of, as offsets into the three. The gradients are the same sums, read the other way. */
function forEachProduct(
  inputShape: number[],
  filterShape: number[],
  attributes: WindowAttributes,
  output: Tensor64,
  visit: (x: number, w: number, y: number) => void,
): void {
  const [kernelHeight, kernelWidth, channels, multiplier] = four(filterShape);
  if (inputShape[3] !== channels) throw new Error(`${inputShape[3]} channels meet a filter of ${channels}`);
  const geometry = windowGeometry(four(inputShape), [kernelHeight, kernelWidth], attributes);
  checkShape(output, geometry, channels * multiplier);
  forEachTap(geometry, channels * multiplier, (offsets, tap, size) => {
    for (let pixel = 0; pixel < offsets.length; pixel++) {
      const from = offsets[pixel] ?? -1;
      if (from < 0) continue;
      for (let i = 0; i < size; i++) visit(from + Math.floor(i / multiplier), tap + i, pixel * size + i);
    }
  });
}
