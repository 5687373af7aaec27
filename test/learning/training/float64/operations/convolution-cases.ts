import type * as tfjs from '@tensorflow/tfjs-core';
import type { OperationCase } from '../operation-case.js';

interface Geometry {
  batch?: number;
  height: number;
  width?: number;
  channels: number;
  filters: number;
  kernel: number | [number, number];
  stride?: number | [number, number];
  pad: 'same' | 'valid' | number;
}

const strided: Geometry[] = (['same', 'valid'] as const).flatMap((pad) =>
  [1, 3, 5].flatMap((kernel) =>
    [1, 2, 3].flatMap((stride) =>
      [8, 9].map((height) => ({ height, width: height + 1, channels: 3, filters: 5, kernel, stride, pad })),
    ),
  ),
);

const geometries: Geometry[] = [
  ...strided,
  // Whole blocks of sixteen channels, and a block begun.
  ...[16, 32, 24].flatMap((channels) =>
    [1, 2].map((stride) => ({ height: 8, channels, filters: 16, kernel: 3, stride, pad: 'same' as const })),
  ),
  { height: 7, channels: 32, filters: 48, kernel: 1, pad: 'same' },
  { height: 7, channels: 16, filters: 24, kernel: 1, stride: 2, pad: 'same' },
  { height: 5, channels: 40, filters: 3, kernel: 3, pad: 'valid' },
  { height: 7, channels: 3, filters: 16, kernel: 7, stride: 2, pad: 'same' },
  { batch: 1, height: 6, channels: 3, filters: 4, kernel: 3, stride: 2, pad: 'same' },
  { batch: 1, height: 1, width: 1, channels: 7, filters: 4, kernel: 1, pad: 'valid' },
  { height: 2, width: 3, channels: 2, filters: 3, kernel: 5, pad: 'same' },
  { height: 9, channels: 4, filters: 3, kernel: [1, 7], pad: 'same' },
  { height: 9, channels: 4, filters: 3, kernel: [3, 1], stride: [2, 1], pad: 'valid' },
  { height: 6, channels: 2, filters: 3, kernel: 2, stride: 2, pad: 'same' },
  { height: 7, channels: 2, filters: 3, kernel: 3, stride: 2, pad: 1 },
];

const depthwise: (Geometry & { multiplier: number })[] = [
  ...strided.map((geometry) => ({ ...geometry, multiplier: 1 })),
  ...[16, 32, 24].flatMap((channels) =>
    [1, 2].flatMap((stride) =>
      ([7, 8] as const).map((height) => ({
        height,
        channels,
        filters: 0,
        kernel: 3,
        stride,
        pad: 'same' as const,
        multiplier: 1,
      })),
    ),
  ),
  ...[1, 2].map((stride) => ({
    height: 9,
    channels: 16,
    filters: 0,
    kernel: 5,
    stride,
    pad: 'same' as const,
    multiplier: 1,
  })),
  ...(['same', 'valid'] as const).flatMap((pad) =>
    [1, 2].flatMap((stride) =>
      [2, 3].map((multiplier) => ({
        height: 7,
        channels: 4,
        filters: 0,
        kernel: 3,
        stride,
        pad,
        multiplier,
      })),
    ),
  ),
  { height: 8, channels: 8, filters: 0, kernel: 3, pad: 'same', multiplier: 2 },
  { batch: 1, height: 6, channels: 16, filters: 0, kernel: 3, stride: 2, pad: 'same', multiplier: 1 },
  { batch: 1, height: 5, channels: 3, filters: 0, kernel: 1, pad: 'valid', multiplier: 1 },
];

/** Convolution over height and width. */
export const convolutionCases: OperationCase[] = geometries.map((g) => ({
  name: `conv2d ${describe(g)}, ${g.channels} → ${g.filters}`,
  inputs: { x: picture(g), filter: [...window(g), g.channels, g.filters] },
  run: (tf, { x, filter }) =>
    tf.conv2d(x as tfjs.Tensor4D, filter as tfjs.Tensor4D, g.stride ?? 1, g.pad, 'NHWC', 1, rounding(g)),
}));

/** Convolution of every channel by itself. */
export const depthwiseCases: OperationCase[] = depthwise.map((g) => ({
  name: `depthwiseConv2d ${describe(g)}, ${g.channels} × ${g.multiplier}`,
  inputs: { x: picture(g), filter: [...window(g), g.channels, g.multiplier] },
  run: (tf, { x, filter }) =>
    tf.depthwiseConv2d(
      x as tfjs.Tensor4D,
      filter as tfjs.Tensor4D,
      g.stride ?? 1,
      g.pad,
      'NHWC',
      1,
      rounding(g),
    ),
}));

/** Gaps between the kernel's values. tfjs has no gradient of these; the layers bring their own. */
export const dilatedCases: OperationCase[] = (['same', 'valid'] as const).flatMap((pad) =>
  (
    [
      [2, 2],
      [1, 3],
    ] as [number, number][]
  ).flatMap((dilations) => {
    const place = `3×3, dilation ${dilations.join('×')}, ${pad}, 9×10`;
    return [
      {
        name: `conv2d ${place}, 3 → 5`,
        inputs: { x: [2, 9, 10, 3], filter: [3, 3, 3, 5] },
        withoutGradient: true,
        run: (tf, { x, filter }) =>
          tf.conv2d(x as tfjs.Tensor4D, filter as tfjs.Tensor4D, 1, pad, 'NHWC', dilations),
      },
      {
        name: `depthwiseConv2d ${place}, 3 × 2`,
        inputs: { x: [2, 9, 10, 3], filter: [3, 3, 3, 2] },
        withoutGradient: true,
        run: (tf, { x, filter }) =>
          tf.depthwiseConv2d(x as tfjs.Tensor4D, filter as tfjs.Tensor4D, 1, pad, 'NHWC', dilations),
      },
    ] satisfies OperationCase[];
  }),
);

/** Convolution backwards, as Conv2DTranspose runs it. */
export const transposedConvolutionCases: OperationCase[] = (['same', 'valid'] as const).flatMap((pad) =>
  [1, 2, 3].flatMap((stride) =>
    [2, 3].map((kernel) => ({
      name: `conv2dTranspose ${kernel}×${kernel}, stride ${stride}, ${pad}, 5×6, 3 → 4`,
      inputs: { x: [2, 5, 6, 3], filter: [kernel, kernel, 4, 3] },
      run: (tf: typeof tfjs, { x, filter }: Record<string, tfjs.Tensor>) => {
        const extent = (n: number) => (pad === 'same' ? n * stride : (n - 1) * stride + kernel);
        const shape: [number, number, number, number] = [2, extent(5), extent(6), 4];
        return tf.conv2dTranspose(x as tfjs.Tensor4D, filter as tfjs.Tensor4D, shape, stride, pad);
      },
    })),
  ),
);

function picture({ batch = 2, height, width = height, channels }: Geometry): number[] {
  return [batch, height, width, channels];
}

function window({ kernel }: Geometry): [number, number] {
  return typeof kernel === 'number' ? [kernel, kernel] : kernel;
}

/** tfjs wants it said where the padding is a number. */
function rounding({ pad }: Geometry): 'floor' | undefined {
  return typeof pad === 'number' ? 'floor' : undefined;
}

function describe(g: Geometry): string {
  const [batch, height, width] = picture(g);
  return `${window(g).join('×')}, stride ${String(g.stride ?? 1)}, ${g.pad}, ${batch} of ${height}×${width}`;
}
