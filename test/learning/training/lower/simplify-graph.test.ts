import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { liveValues } from '../../../../src/learning/training/lower/live-values.js';
import { simplifyGraph } from '../../../../src/learning/training/lower/simplify/simplify-graph.js';
import { recordProgram } from '../../../../src/learning/training/record/record-program.js';
import { differenceFromTfjs, programOf, withGradients, type SmallProgram } from './compare-with-tfjs.js';

const rounding = 3e-5;
/** What the loss of these tests does with whole pictures. */
const lossOperations = ['Add', 'Cos', 'Multiply', 'Multiply', 'Sin'];

describe('simplifyGraph', () => {
  const normalized = withGradients(
    { x: [2, 6, 6, 3], filter: [3, 3, 3, 4], gamma: [4], beta: [4] },
    ({ x, filter, gamma, beta }) => {
      const convolved = tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, 'same');
      const variance = tf.tensor1d([0.5, 1.5, 2, 0.7]);
      const mean = tf.tensor1d([0.1, -0.4, 0.2, 0.3]);
      return tf.relu6(
        tf.batchNorm4d(convolved, mean, variance, beta as tf.Tensor1D, gamma as tf.Tensor1D, 1e-3),
      );
    },
  );

  it('makes frozen batch normalisation with its rectifier part of the convolution before it', async () => {
    const operations = countOperations(normalized);
    expect(operations).toMatchObject({ Conv2D: 1, ClippedRelu: 1, ReluGradient: 1, Conv2DBackpropFilter: 1 });
    // Sin, Cos, two products and their sum are the test's loss; the last product is with the input's shape.
    expect(picturesComputed(normalized).sort()).toEqual(
      ['ClippedRelu', 'Conv2D', 'Conv2DBackpropInput', 'ReluGradient'].concat(lossOperations).sort(),
    );
    expect(await differenceFromTfjs(normalized)).toBeLessThan(rounding);
  });

  it('keeps the statistics of a batch centred', async () => {
    const program = withGradients({ x: [2, 6, 6, 3], filter: [1, 1, 3, 4] }, ({ x, filter }) => {
      const convolved = tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, 'same');
      const { mean, variance } = tf.moments(convolved, [0, 1, 2]);
      return tf.mul(tf.sub(convolved, mean), tf.rsqrt(tf.add(variance, 1e-3)));
    });
    expect(countOperations(program)).toMatchObject({ Conv2D: 1, Sub: expect.any(Number) as number });
    expect(await differenceFromTfjs(program)).toBeLessThan(rounding);
  });

  it.each<[string, (x: tf.Tensor) => tf.Tensor]>([
    ['relu', (x) => tf.relu(x)],
    ['relu6', (x) => tf.relu6(x)],
    ['relu, then clipped', (x) => tf.clipByValue(tf.relu(x), 0, 0.5)],
  ])('takes the gradient of %s from its result', async (_, activate) => {
    const program = withGradients({ x: [2, 5] }, ({ x }) => activate(tf.mul(x, 4)));
    const operations = countOperations(program);
    expect(operations).toMatchObject({ ReluGradient: 1 });
    expect(Object.keys(operations)).not.toEqual(expect.arrayContaining(['Step']));
    expect(await differenceFromTfjs(program)).toBeLessThan(rounding);
  });

  it('makes zeros around a picture the padding of the convolution', async () => {
    const program = withGradients({ x: [2, 6, 6, 3], filter: [3, 3, 3, 4] }, ({ x, filter }) => {
      const padded = tf.pad(x, [
        [0, 0],
        [0, 1],
        [2, 1],
        [0, 0],
      ]);
      return tf.conv2d(padded as tf.Tensor4D, filter as tf.Tensor4D, 2, 'valid');
    });
    expect(countOperations(program)).not.toHaveProperty('PadV2');
    expect(countOperations(program)).not.toHaveProperty('Slice');
    expect(await differenceFromTfjs(program)).toBeLessThan(rounding);
  });

  it('keeps padding that is not zero, or before something else', async () => {
    const program = withGradients({ x: [1, 4, 4, 2], filter: [2, 2, 2, 2] }, ({ x, filter }) => {
      const around: [number, number][] = [
        [0, 0],
        [1, 1],
        [1, 1],
        [0, 0],
      ];
      const ones = tf.conv2d(tf.pad(x, around, 1) as tf.Tensor4D, filter as tf.Tensor4D, 1, 'valid');
      return tf.maxPool(tf.pad(ones, around) as tf.Tensor4D, 2, 2, 'valid');
    });
    expect(countOperations(program)).toMatchObject({ PadV2: 2 });
    expect(await differenceFromTfjs(program)).toBeLessThan(rounding);
  });

  it('computes the same thing once, and nothing with zeros and ones', async () => {
    const program: SmallProgram<'x' | 'y'> = {
      inputs: { x: [3, 4], y: [4] },
      run: ({ x, y }) => ({
        first: tf.add(tf.mul(x, tf.tile(tf.reshape(y, [1, 4]), [3, 1])), tf.zeros([3, 4])),
        second: tf.sub(tf.mul(x, tf.broadcastTo(y, [3, 4])), tf.mul(x, tf.zerosLike(x))),
        third: tf.mul(tf.add(x, y), tf.onesLike(x)),
      }),
    };
    expect(countOperations(program)).toEqual({ Input: 2, Reshape: 1, Multiply: 1, Add: 1 });
    expect(await differenceFromTfjs(program)).toBeLessThan(rounding);
  });

  it('multiplies by several numbers at once, and sums squares without writing them down', async () => {
    const program: SmallProgram<'x' | 'a' | 'b'> = {
      inputs: { x: [3, 4], a: [], b: [] },
      run: ({ x, a, b }) => ({
        scaled: tf.mul(tf.mul(tf.mul(x, a), 0.5), b),
        norm: tf.sqrt(tf.sum(tf.square(x))),
      }),
    };
    expect(countOperations(program)).toMatchObject({ SumOfSquares: 1 });
    expect(countOperations(program)).not.toHaveProperty('Square');
    const large = liveValues(simplifyGraph(recordProgram(programOf(program)))).filter(
      ({ op, shape }) => op === 'Multiply' && shape.length === 2,
    );
    expect(large).toHaveLength(1);
    expect(await differenceFromTfjs(program)).toBeLessThan(rounding);
  });

  it('is done with a graph that it has simplified', () => {
    const once = simplifyGraph(recordProgram(programOf(normalized)));
    expect(liveValues(simplifyGraph(once)).map(({ op }) => op)).toEqual(liveValues(once).map(({ op }) => op));
  });
});

/** How often each kernel is left. */
function countOperations<Name extends string>(program: SmallProgram<Name>): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { op } of liveValues(simplifyGraph(recordProgram(programOf(program)))))
    counts[op] = (counts[op] ?? 0) + 1;
  return counts;
}

/** The operations whose results are as large as a batch of pictures. */
function picturesComputed<Name extends string>(program: SmallProgram<Name>): string[] {
  return liveValues(simplifyGraph(recordProgram(programOf(program))))
    .filter(({ shape }) => shape.length === 4 && shape[0] === 2 && shape[1] === 6)
    .filter(({ op }) => op !== 'Input')
    .map(({ op }) => op);
}
