import type * as tfjs from '@tensorflow/tfjs-core';
import type { OperationCase } from '../operation-case.js';

const x = [2, 3, 4, 5];
const one = (
  name: string,
  run: (tf: typeof tfjs, x: tfjs.Tensor) => tfjs.Tensor,
  shape = x,
): OperationCase => ({
  name: `${name} of [${shape.join(', ')}]`,
  inputs: { x: shape },
  run: (tf, inputs) => run(tf, inputs['x'] as tfjs.Tensor),
});

export const shapeCases: OperationCase[] = [
  one('reshape to [2, 60]', (tf, t) => tf.reshape(t, [2, -1])),
  one('reshape to [2, 4, 3, 5]', (tf, t) => tf.reshape(t, [2, 4, 3, 5])),
  one('reshape to a picture', (tf, t) => tf.reshape(t, [2, 3, 4, 5]), [2, 60]),
  one('reshape to one pixel', (tf, t) => tf.reshape(t, [2, 1, 1, 6]), [2, 6]),
  one('expandDims 1', (tf, t) => tf.expandDims(t, 1), [3, 4]),
  one('expandDims −1', (tf, t) => tf.expandDims(t, -1), [3, 4]),
  one('squeeze', (tf, t) => tf.squeeze(t, [1, 2]), [3, 1, 1, 4]),
  one('transpose to channels first', (tf, t) => tf.transpose(t, [0, 3, 1, 2])),
  one('transpose to [0, 2, 1, 3]', (tf, t) => tf.transpose(t, [0, 2, 1, 3])),
  one('transpose', (tf, t) => tf.transpose(t), [3, 4]),
  one('tile', (tf, t) => tf.tile(t, [1, 2, 1, 3])),
  one('broadcastTo of a row', (tf, t) => tf.broadcastTo(t, [2, 3, 5]), [1, 5]),
  one('slice', (tf, t) => tf.slice(t, [0, 1, 0, 2], [2, 2, -1, 3])),
  one('slice of a channel', (tf, t) => tf.slice(t, [0, 0, 0, 1], [2, 3, 4, 1])),
  one('pad', (tf, t) =>
    tf.pad(t, [
      [0, 0],
      [1, 2],
      [0, 3],
      [0, 0],
    ]),
  ),
  one('pad of channels with 1.5', (tf, t) =>
    tf.pad(
      t,
      [
        [0, 0],
        [0, 0],
        [0, 0],
        [1, 2],
      ],
      1.5,
    ),
  ),
  ...(['reflect', 'symmetric'] as const).map((mode) => ({
    ...one(`mirrorPad, ${mode}`, (tf, t) =>
      tf.mirrorPad(
        t,
        [
          [0, 0],
          [1, 1],
          [2, 0],
          [0, 0],
        ],
        mode,
      ),
    ),
    // tfjs' own gradient forgets what the mirrored values add.
    withoutGradient: true,
  })),
  one('reverse', (tf, t) => tf.reverse(t, [1, 3])),
  one('unstack and sum', (tf, t) => tf.addN(tf.unstack(t, 1).map((part, i) => tf.mul(part, i + 1)))),
  one('split in two', (tf, t) => {
    const [first, second] = tf.split(t, [2, 3], 3) as [tfjs.Tensor, tfjs.Tensor];
    return tf.concat([tf.square(second), first], 3);
  }),
  one('split in equal parts', (tf, t) => tf.addN(tf.split(t, 2, 2).map((part, i) => tf.mul(part, i + 1)))),
  {
    ...one('gather of rows', (tf, t) => tf.gather(t, tf.tensor1d([2, 0, 2], 'int32')), [4, 5]),
    withoutGradient: true,
  },
  ...[1, 3].map((axis) => ({
    name: `concat along ${axis}`,
    inputs: { a: x, b: x.map((extent, i) => (i === axis ? 2 : extent)), c: x },
    run: (tf: typeof tfjs, { a, b, c }: Record<string, tfjs.Tensor>) =>
      tf.concat([a, b, c] as tfjs.Tensor[], axis),
  })),
  {
    name: 'stack',
    inputs: { a: [2, 3], b: [2, 3] },
    run: (tf, { a, b }) => tf.stack([a, b] as tfjs.Tensor[], 1),
  },
  {
    name: 'oneHot',
    inputs: {},
    indices: { labels: { shape: [6], below: 4 } },
    withoutGradient: true,
    run: (tf, { labels }) => tf.oneHot(labels as tfjs.Tensor1D, 4),
  },
];
