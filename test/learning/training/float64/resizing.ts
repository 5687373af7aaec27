import { four, input, zeros, type Kernel64 } from './tensor64.js';

/** Resizing of pictures and the gradients, as sums over the (pixel, output, share) that interpolation links. */
export const resizing: Record<string, Kernel64> = {
  ResizeBilinear: forward(bilinear),
  ResizeBilinearGrad: backward(bilinear),
  ResizeNearestNeighbor: forward(nearest),
  ResizeNearestNeighborGrad: backward(nearest),
};

interface ResizeAttributes {
  size: [number, number];
  alignCorners?: boolean;
  halfPixelCenters?: boolean;
}
/** For each output along an axis, the inputs it is made of and their shares. */
type Interpolation = (
  from: number,
  to: number,
  attributes: ResizeAttributes,
) => [at: number, share: number][][];

function forward(interpolate: Interpolation): Kernel64 {
  return (call) => {
    const images = input(call, 'images');
    const attributes = call.attributes as unknown as ResizeAttributes;
    const [batch, , , channels] = four(images.shape);
    const [outHeight, outWidth] = attributes.size;
    const result = zeros([batch, outHeight, outWidth, channels]);
    forEachLink(images.shape, result.shape, attributes, interpolate, (from, to, share) => {
      for (let c = 0; c < channels; c++) {
        result.values[to + c] = (result.values[to + c] ?? NaN) + share * (images.values[from + c] ?? NaN);
      }
    });
    return result;
  };
}

function backward(interpolate: Interpolation): Kernel64 {
  return (call) => {
    const images = input(call, 'images');
    const dy = input(call, 'dy');
    const [, outHeight, outWidth, channels] = four(dy.shape);
    const attributes: ResizeAttributes = { ...call.attributes, size: [outHeight, outWidth] };
    const result = zeros(images.shape);
    forEachLink(images.shape, dy.shape, attributes, interpolate, (to, from, share) => {
      for (let c = 0; c < channels; c++) {
        result.values[to + c] = (result.values[to + c] ?? NaN) + share * (dy.values[from + c] ?? NaN);
      }
    });
    return result;
  };
}

function forEachLink(
  from: number[],
  to: number[],
  attributes: ResizeAttributes,
  interpolate: Interpolation,
  visit: (from: number, to: number, share: number) => void,
): void {
  const [batch, height, width, channels] = four(from);
  const [, outHeight, outWidth] = four(to);
  const rows = interpolate(height, outHeight, attributes);
  const columns = interpolate(width, outWidth, attributes);
  for (let n = 0; n < batch; n++) {
    rows.forEach((ys, oy) =>
      columns.forEach((xs, ox) => {
        const out = ((n * outHeight + oy) * outWidth + ox) * channels;
        for (const [y, shareY] of ys) {
          for (const [x, shareX] of xs)
            visit(((n * height + y) * width + x) * channels, out, shareY * shareX);
        }
      }),
    );
  }
}

function scaleOf(from: number, to: number, { alignCorners }: ResizeAttributes): number {
  return alignCorners === true && to > 1 ? (from - 1) / (to - 1) : from / to;
}

function bilinear(from: number, to: number, attributes: ResizeAttributes): [number, number][][] {
  const scale = scaleOf(from, to, attributes);
  return Array.from({ length: to }, (_, i) => {
    const place = attributes.halfPixelCenters === true ? (i + 0.5) * scale - 0.5 : i * scale;
    const low = Math.max(Math.floor(place), 0);
    const high = Math.min(Math.ceil(place), from - 1);
    const share = Math.max(place, 0) - low;
    return [
      [low, 1 - share],
      [high, share],
    ];
  });
}

function nearest(from: number, to: number, attributes: ResizeAttributes): [number, number][][] {
  const scale = scaleOf(from, to, attributes);
  return Array.from({ length: to }, (_, i) => {
    const place = attributes.halfPixelCenters === true ? (i + 0.5) * scale : i * scale;
    const at = attributes.alignCorners === true ? Math.round(place) : Math.floor(place);
    return [[Math.min(at, from - 1), 1]];
  });
}
