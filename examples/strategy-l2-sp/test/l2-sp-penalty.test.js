import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { l2SpPenalty } from '../dist/l2-sp-penalty.js';

const penalty = l2SpPenalty(0.1, 0.01);
const start = tf.tensor2d([
  [1, 2],
  [3, 4],
]);
const weight = tf.tensor2d([
  [1, 2],
  [3, 6],
]);
const valueOf = async (of) => (await penalty(tf, weight, { name: 'conv/kernel', start, ...of }).data())[0];
const near = (found, expected) => assert.ok(Math.abs(found - expected) < 1e-6, `${found}, not ${expected}`);

test('a weight of the base model costs half of alpha times its squared distance from the start', async () => {
  near(await valueOf({ isHead: false }), (0.1 / 2) * 4);
});

test('a weight of the head costs half of beta times its squared length', async () => {
  near(await valueOf({ isHead: true }), (0.01 / 2) * (1 + 4 + 9 + 36));
});

test('it pulls with alpha times the distance, and not at all at the start', async () => {
  const near = (found, expected) => assert.ok(Math.abs(found - expected) < 1e-3, `${found}, not ${expected}`);
  near(await slopeAt(6), 0.1 * 2);
  near(await slopeAt(4), 0);
});

/** By its last number: differences of a square are exact. */
async function slopeAt(last) {
  const costOf = async (value) => {
    const moved = tf.tensor2d([
      [1, 2],
      [3, value],
    ]);
    return (await penalty(tf, moved, { name: 'conv/kernel', isHead: false, start }).data())[0];
  };
  return (await costOf(last + 0.5)) - (await costOf(last - 0.5));
}
