import assert from 'node:assert/strict';
import { test } from 'node:test';
import { solveRidge } from '../src/solve-ridge.js';

/** Two classes that the first of two features tells apart. */
const features = {
  rows: 4,
  featureDim: 2,
  data: Float32Array.of(0, 1, 0, -1, 2, 1, 2, -1),
  labels: Int32Array.of(0, 0, 1, 1),
};
const options = { numClasses: 2, signal: new AbortController().signal, progress: () => undefined };

test('without much of a penalty it fits what can be fitted', async () => {
  const { weights, bias, meanSquaredError } = await solveRidge(features, { ...options, penalty: 1e-6 });
  assert.ok(meanSquaredError < 1e-6);
  near(weights, [-0.5, 0.5, 0, 0]);
  near(bias, [1, 0]);
});

test('a large penalty leaves the share of each class', async () => {
  const { weights, bias } = await solveRidge(features, { ...options, penalty: 1e6 });
  near(weights, [0, 0, 0, 0]);
  near(bias, [0.5, 0.5]);
});

test('it stops when it is told to', async () => {
  const reason = new Error('cancelled');
  const aborted = solveRidge(features, { ...options, penalty: 1, signal: AbortSignal.abort(reason) });
  await assert.rejects(aborted, reason);
});

function near(found: Float32Array, expected: number[]): void {
  found.forEach((value, at) => assert.ok(Math.abs(value - expected[at]) < 1e-4, `${[...found]}`));
}
