import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { scoreLinear } from 'modelzoo/learning';
import { cosinePrototypes, euclideanPrototypes } from '../dist/prototype-classifier.js';

/** Three classes of four pictures in a plane of five features, none of them negative, as behind a ReLU. */
const numClasses = 3;
const train = {
  rows: 12,
  featureDim: 5,
  data: Float32Array.from({ length: 60 }, (_, index) => (index * 7919) % 13),
  labels: Int32Array.from({ length: 12 }, (_, row) => row % numClasses),
};

describe('by squared distance', () => {
  const classifier = euclideanPrototypes(train, numClasses);

  test('logits differ as the negative squared distances to the class means do', () => {
    const logits = scoreLinear(classifier, train);
    for (let row = 0; row < train.rows; row++) {
      const distances = means().map((mean) => squaredDistance(picture(row), mean));
      for (let label = 1; label < numClasses; label++) {
        const expected = distances[0] - distances[label];
        const found = logits[row * numClasses + label] - logits[row * numClasses];
        assert.ok(Math.abs(found - expected) < 1e-3, `${found} instead of ${expected}`);
      }
    }
  });

  test('a class of one picture has that picture for its prototype', () => {
    const one = { ...train, rows: 3, data: train.data.subarray(0, 15), labels: Int32Array.of(0, 1, 2) };
    const logits = scoreLinear(euclideanPrototypes(one, numClasses), one);
    for (let row = 0; row < 3; row++) assert.equal(nearest(logits, row), row);
  });
});

describe('by angle', () => {
  const classifier = cosinePrototypes(train, numClasses);

  test('the length of a picture’s vector, seen from the mean, does not decide', () => {
    const centre = mean(means());
    const far = train.data.map((value, index) => centre[index % 5] + 10 * (value - centre[index % 5]));
    const [near, away] = [train, { ...train, data: far }].map((rows) => scoreLinear(classifier, rows));
    for (let row = 0; row < train.rows; row++) assert.equal(nearest(near, row), nearest(away, row));
  });

  test('pictures that are all alike give numbers all the same', () => {
    const alike = { ...train, data: new Float32Array(60).fill(2) };
    const { weights, bias } = cosinePrototypes(alike, numClasses);
    assert.ok([...weights, ...bias].every(Number.isFinite));
  });
});

const picture = (row) => train.data.subarray(row * 5, row * 5 + 5);
const mean = (vectors) =>
  Array.from(
    vectors[0],
    (_, index) => vectors.reduce((sum, vector) => sum + vector[index], 0) / vectors.length,
  );
const squaredDistance = (a, b) => a.reduce((sum, value, index) => sum + (value - b[index]) ** 2, 0);

function means() {
  return [0, 1, 2].map((label) =>
    mean([...train.labels.keys()].filter((row) => train.labels[row] === label).map(picture)),
  );
}

function nearest(logits, row) {
  const scores = [...logits.subarray(row * numClasses, (row + 1) * numClasses)];
  return scores.indexOf(Math.max(...scores));
}
