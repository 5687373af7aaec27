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
