import type * as tfjs from '@tensorflow/tfjs-core';
import type { OperationCase } from '../operation-case.js';

const geometries = (['same', 'valid'] as const).flatMap((pad) =>
  [2, 3].flatMap((size) =>
    [1, 2, 3].flatMap((stride) => [7, 8].map((height) => ({ pad, size, stride, height, channels: 3 }))),
  ),
);
const blocks = [16, 24].map((channels) => ({
  pad: 'same' as const,
  size: 3,
  stride: 2,
  height: 7,
  channels,
}));

const windows: OperationCase[] = [...geometries, ...blocks].flatMap(
  ({ pad, size, stride, height, channels }) => {
    const place = `${size}×${size}, stride ${stride}, ${pad}, ${height}×${height + 1}, ${channels} channels`;
    const inputs = { x: [2, height, height + 1, channels] };
    return [
      {
        name: `maxPool ${place}`,
        inputs,
        run: (tf, { x }) => tf.maxPool(x as tfjs.Tensor4D, size, stride, pad),
      },
      {
        name: `avgPool ${place}`,
        inputs,
        run: (tf, { x }) => tf.avgPool(x as tfjs.Tensor4D, size, stride, pad),
      },
    ] satisfies OperationCase[];
  },
);

/** Largest and average value of a moving window; over the whole picture they are Max and Mean. */
export const poolingCases: OperationCase[] = [
  ...windows,
  {
    // Zeros are equally large: the gradient goes to the first, and relu stops it there.
    name: 'maxPool 3×3 of what relu left',
    inputs: { x: [2, 8, 8, 3] },
    run: (tf, { x }) => tf.maxPool(tf.relu(x as tfjs.Tensor4D), 3, 2, 'same'),
  },
  {
    name: 'maxPool 3×3 of negative values with a border of zeros',
    inputs: { x: [2, 7, 7, 3] },
    range: [-3.117, -0.231],
    run: (tf, { x }) => {
      const border: [number, number][] = [
        [0, 0],
        [1, 1],
        [1, 1],
        [0, 0],
      ];
      return tf.maxPool(tf.pad(x as tfjs.Tensor4D, border), 3, 2, 'valid');
    },
  },
  {
    name: 'avgPool of whole pictures',
    inputs: { x: [2, 5, 6, 3] },
    run: (tf, { x }) => tf.avgPool(x as tfjs.Tensor4D, [5, 6], 1, 'valid'),
  },
];

/** Upsampling. */
export const resizingCases: OperationCase[] = (
  [
    [10, 12],
    [15, 24],
    [7, 5],
  ] as [number, number][]
).flatMap((size) => [
  {
    name: `resizeNearestNeighbor 5×6 to ${size.join('×')}`,
    inputs: { images: [2, 5, 6, 3] },
    run: (tf, { images }) => tf.image.resizeNearestNeighbor(images as tfjs.Tensor4D, size),
  },
  {
    name: `resizeBilinear 5×6 to ${size.join('×')}`,
    inputs: { images: [2, 5, 6, 3] },
    run: (tf, { images }) => tf.image.resizeBilinear(images as tfjs.Tensor4D, size),
  },
]);
