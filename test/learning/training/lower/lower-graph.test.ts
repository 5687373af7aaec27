import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { ZooError } from '../../../../src/errors.js';
import { createGraphSession } from '../../../../src/learning/training/engines/onnx/graph-session.js';
import { lowerGraph } from '../../../../src/learning/training/lower/lower-graph.js';
import { preferredLayouts } from '../../../../src/learning/training/lower/preferred-layouts.js';
import { recordProgram } from '../../../../src/learning/training/record/record-program.js';
import { differenceFromTfjs, programOf, withGradients } from './compare-with-tfjs.js';

const rounding = 3e-5;

const convolutions = withGradients(
  { x: [2, 6, 6, 3], filter: [3, 3, 3, 4], depthwise: [3, 3, 4, 2] },
  ({ x, filter, depthwise }) =>
    tf.depthwiseConv2d(
      tf.relu(tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, 'same')) as tf.Tensor4D,
      depthwise as tf.Tensor4D,
      2,
      'same',
    ),
);

describe('lowerGraph', () => {
  it('computes value and gradients as tfjs does', async () => {
    expect(await differenceFromTfjs(convolutions)).toBeLessThan(rounding);
  });

  it.each([0, 16])(
    'takes and gives tensors in other orders of axes, with blocks of %i',
    async (blockSize) => {
      const layouts = {
        x: [3, 0, 2, 1],
        filter: [3, 2, 0, 1],
        'gradient/filter': [3, 2, 0, 1],
        'gradient/x': [1, 2, 3, 0],
      };
      expect(await differenceFromTfjs(convolutions, { layouts, blockSize })).toBeLessThan(rounding);
      const { inputs, outputs } = lowerGraph(recordProgram(programOf(convolutions)), { layouts, blockSize });
      expect([...inputs, ...outputs].map(({ name, layout }) => [name, layout])).toEqual([
        ['x', layouts.x],
        ['filter', layouts.filter],
        ['depthwise', undefined],
        ['value', undefined],
        ['gradient/x', layouts['gradient/x']],
        ['gradient/filter', layouts['gradient/filter']],
        ['gradient/depthwise', undefined],
      ]);
    },
  );

  it('gives an input, a constant, and one tensor under two names', async () => {
    const program = programOf({
      inputs: { x: [2, 3] },
      run({ x }) {
        const twice = tf.mul(x, 2);
        return { same: x, twice, again: twice, constant: tf.tensor2d([[1, 2]]), zeros: tf.zeros([3]) };
      },
    });
    const session = await createGraphSession(lowerGraph(recordProgram(program)), { threads: 1 });
    const x = Float32Array.of(1, -2, 3, -4, 5, -6);
    const twice = x.map((value) => 2 * value);
    expect(await session.run({ x })).toEqual({
      same: x,
      twice,
      again: twice,
      constant: Float32Array.of(1, 2),
      zeros: new Float32Array(3),
    });
    await session.dispose();
  });

  it('may name an output as an input, as a weight and its successor are', async () => {
    const program = programOf({
      inputs: { weight: [3] },
      run: ({ weight }) => ({ weight: tf.add(weight, 1) }),
    });
    const session = await createGraphSession(lowerGraph(recordProgram(program)), { threads: 1 });
    expect(await session.run({ weight: Float32Array.of(1, 2, 3) })).toEqual({
      weight: Float32Array.of(2, 3, 4),
    });
    await session.dispose();
  });

  it('refuses an operation that it has no lowering for, and names it', () => {
    const graph = recordProgram(programOf({ inputs: { x: [2] }, run: ({ x }) => ({ y: tf.exp(x) }) }));
    const [y] = Object.values(graph.outputs);
    if (y !== undefined) y.op = 'Bessel';
    expect(() => lowerGraph(graph)).toThrow(ZooError);
    expect(() => lowerGraph(graph)).toThrow(/cannot run the operation Bessel/);
  });
});

describe('preferredLayouts', () => {
  it('names the kernels of convolutions, scaled ones too, and nothing else', () => {
    const program = withGradients(
      { x: [2, 6, 6, 3], filter: [3, 3, 3, 4], scale: [4], depthwise: [3, 3, 4, 1], matrix: [4, 2] },
      ({ x, filter, scale, depthwise, matrix }) => {
        const convolved = tf.mul(tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, 'same'), scale);
        const filtered = tf.depthwiseConv2d(convolved as tf.Tensor4D, depthwise as tf.Tensor4D, 1, 'same');
        return tf.matMul(tf.mean(filtered, [1, 2]), matrix);
      },
    );
    const layouts = preferredLayouts(recordProgram(programOf(program)));
    expect(Object.keys(layouts).sort()).toEqual(['depthwise', 'filter']);
  });
});
