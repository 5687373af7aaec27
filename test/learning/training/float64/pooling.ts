import { checkShape } from './convolution.js';
import { four, input, zeros, type Kernel64, type Tensor64 } from './tensor64.js';
import { tapOffsets, windowGeometry, type WindowAttributes, type WindowGeometry } from './window-geometry.js';

/** Pooling and its gradients. Padding counts for nothing: an average is over the pixels that are there. */
export const pooling: Record<string, Kernel64> = {
  MaxPool: (call) => {
    const x = input(call, 'x');
    const geometry = poolGeometry(x.shape, call.attributes);
    const y = emptyOutput(geometry);
    largest(x, geometry).forEach((from, i) => (y.values[i] = x.values[from] ?? NaN));
    return y;
  },
  /** The whole gradient goes to the first of the largest pixels. */
  MaxPoolGrad: (call) => {
    const x = input(call, 'input');
    const dy = input(call, 'dy');
    const geometry = poolGeometry(x.shape, call.attributes);
    checkShape(dy, geometry, geometry.channels);
    const dx = zeros(x.shape);
    largest(x, geometry).forEach((to, i) => (dx.values[to] = (dx.values[to] ?? NaN) + (dy.values[i] ?? NaN)));
    return dx;
  },
  AvgPool: (call) => {
    const x = input(call, 'x');
    const geometry = poolGeometry(x.shape, call.attributes);
    const y = emptyOutput(geometry);
    forEachSeen(geometry, (from, i, count) => {
      y.values[i] = (y.values[i] ?? NaN) + (x.values[from] ?? NaN) / count;
    });
    return y;
  },
  AvgPoolGrad: (call) => {
    const x = input(call, 'input');
    const dy = input(call, 'dy');
    const geometry = poolGeometry(x.shape, call.attributes);
    checkShape(dy, geometry, geometry.channels);
    const dx = zeros(x.shape);
    forEachSeen(geometry, (to, i, count) => {
      dx.values[to] = (dx.values[to] ?? NaN) + (dy.values[i] ?? NaN) / count;
    });
    return dx;
  },
};

function poolGeometry(shape: number[], attributes: Record<string, unknown>): WindowGeometry {
  const { filterSize } = attributes as { filterSize: number | [number, number] };
  const size: [number, number] = typeof filterSize === 'number' ? [filterSize, filterSize] : filterSize;
  return windowGeometry(four(shape), size, attributes as unknown as WindowAttributes);
}

function emptyOutput(g: WindowGeometry): Tensor64 {
  return zeros([g.batch, g.outHeight, g.outWidth, g.channels]);
}

/** Visits every (pixel, output) that meet in a window, with the number of pixels in that window. */
function forEachSeen(g: WindowGeometry, visit: (x: number, y: number, count: number) => void): void {
  const taps = tapsOf(g);
  const counts = (taps[0] ?? new Int32Array()).map(
    (_, pixel) => taps.filter((tap) => (tap[pixel] ?? -1) >= 0).length,
  );
  for (const tap of taps) {
    tap.forEach((from, pixel) => {
      if (from < 0) return;
      for (let c = 0; c < g.channels; c++) visit(from + c, pixel * g.channels + c, counts[pixel] ?? NaN);
    });
  }
}

/** For every output, where the first of the largest values in its window stands. */
function largest(x: Tensor64, g: WindowGeometry): Int32Array {
  const where = new Int32Array(g.batch * g.outHeight * g.outWidth * g.channels).fill(-1);
  for (const tap of tapsOf(g)) {
    tap.forEach((from, pixel) => {
      if (from < 0) return;
      for (let c = 0; c < g.channels; c++) {
        const at = pixel * g.channels + c;
        const best = where[at] ?? -1;
        if (best < 0 || (x.values[from + c] ?? NaN) > (x.values[best] ?? NaN)) where[at] = from + c;
      }
    });
  }
  return where;
}

/** In row-major order of the window. */
function tapsOf(g: WindowGeometry): Int32Array[] {
  return Array.from({ length: g.kernelHeight * g.kernelWidth }, (_, i) =>
    tapOffsets(g, Math.floor(i / g.kernelWidth), i % g.kernelWidth),
  );
}
