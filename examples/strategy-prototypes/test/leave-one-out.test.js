import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { scoreLinear } from 'modelzoo/learning';
import { leaveOneOut } from '../dist/leave-one-out.js';
import { cosinePrototypes, euclideanPrototypes } from '../dist/prototype-classifier.js';

/** Three classes in a plane of four features, overlapping, so that some pictures lie nearer to another class. */
const numClasses = 3;
const rows = 30;
const featureDim = 4;
const train = {
  rows,
  featureDim,
  data: Float32Array.from({ length: rows * featureDim }, (_, index) => {
    const label = Math.floor(index / featureDim) % numClasses;
    return ((index * 7919) % 17) / 4 + (index % featureDim === label ? 2 : 0);
  }),
  labels: Int32Array.from({ length: rows }, (_, row) => row % numClasses),
};
const { signal } = new AbortController();

describe('leaving one out', () => {
  test('names as many right as prototypes that are made anew without each', async () => {
    let expected = 0;
    for (let row = 0; row < rows; row++) {
      const scores = scoreLinear(euclideanPrototypes(without(train, row), numClasses), only(train, row));
      if (scores.indexOf(Math.max(...scores)) === train.labels[row]) expected += 1;
    }
    assert.ok(expected > rows / numClasses && expected < rows, `${expected} of ${rows}`);
    const { labels, right } = await leaveOneOut(train, numClasses, 'euclidean', signal);
    assert.deepEqual(labels, train.labels);
    assert.equal(right, expected);
  });

  test('by angle it is within a picture of that, since the centre hardly moves', async () => {
    let expected = 0;
    for (let row = 0; row < rows; row++) {
      const scores = scoreLinear(cosinePrototypes(without(train, row), numClasses), only(train, row));
      if (scores.indexOf(Math.max(...scores)) === train.labels[row]) expected += 1;
    }
    const { right } = await leaveOneOut(train, numClasses, 'cosine', signal);
    assert.ok(Math.abs(right - expected) <= 1, `${right} instead of ${expected}`);
  });

  test('does not ask a class of one picture, and a class of none is nobody’s', async () => {
    const few = { ...train, rows: 4, data: train.data.subarray(0, 16), labels: Int32Array.of(0, 0, 1, 1) };
    assert.equal((await leaveOneOut(few, 4, 'cosine', signal)).labels.length, 4);
    const lone = { ...few, labels: Int32Array.of(0, 0, 0, 1) };
    const { scores, labels } = await leaveOneOut(lone, 2, 'euclidean', signal);
    assert.deepEqual([...labels], [0, 0, 0]);
    assert.ok(scores.every(Number.isFinite));
  });

  test('stops when it is told to', async () => {
    const stopped = AbortSignal.abort(new Error('enough'));
    await assert.rejects(leaveOneOut(train, numClasses, 'cosine', stopped), /enough/);
  });
});

const only = ({ data, labels }, row) => ({
  rows: 1,
  featureDim,
  data: data.subarray(row * featureDim, (row + 1) * featureDim),
  labels: labels.subarray(row, row + 1),
});

const without = ({ data, labels }, row) => ({
  rows: rows - 1,
  featureDim,
  data: data.filter((_, index) => Math.floor(index / featureDim) !== row),
  labels: labels.filter((_, index) => index !== row),
});
