import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as core from '@tensorflow/tfjs-core';
import * as layers from '@tensorflow/tfjs-layers';
import '@tensorflow/tfjs-backend-cpu';
import { distillationLoss } from '../dist/distillation-loss.js';

const tf = { ...core, ...layers };
const teacher = tf.tensor2d([[2, 0, -1]]);
const labels = tf.tensor2d([[0, 1, 0]]);
const student = tf.tensor2d([[0.5, 1, -0.5]]);

const softmax = (scores) => {
  const powers = scores.map(Math.exp);
  return powers.map((power) => power / powers.reduce((sum, other) => sum + other));
};
const crossEntropy = (targets, scores) => {
  const probabilities = softmax(scores);
  return -targets.reduce((sum, target, at) => sum + target * Math.log(probabilities[at]), 0);
};
const lossOf = (logits, of) => distillationLoss(tf, logits, { teacher, labels, ...of }).dataSync()[0];
const near = (found, expected) => assert.ok(Math.abs(found - expected) < 1e-5, `${found}, not ${expected}`);

test('without the teacher it is the cross-entropy of the labels, at any temperature', () => {
  near(lossOf(student, { temperature: 4, softWeight: 0 }), crossEntropy([0, 1, 0], [0.5, 1, -0.5]));
});

test('without the labels it is the softened cross-entropy times the temperature squared', () => {
  const soft = crossEntropy(softmax([1, 0, -0.5]), [0.25, 0.5, -0.25]);
  near(lossOf(student, { temperature: 2, softWeight: 1 }), 4 * soft);
});

test('between the two each has its share', () => {
  const [hard, soft, both] = [0, 1, 0.25].map((softWeight) =>
    lossOf(student, { temperature: 2, softWeight }),
  );
  near(both, 0.75 * hard + 0.25 * soft);
});

test('a student that says what the teacher says has nothing to learn from it', () => {
  const slope = tf.grad((logits) =>
    distillationLoss(tf, logits, { teacher, labels, temperature: 3, softWeight: 1 }),
  );
  for (const value of slope(tf.clone(teacher)).dataSync()) near(value, 0);
});
