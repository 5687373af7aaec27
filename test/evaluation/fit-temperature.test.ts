import { expect, test } from 'vitest';
import { crossEntropy, fitTemperature } from '../../src/learning/evaluation/fit-temperature.js';
import { createRandom } from '../../src/learning/random.js';

/** Labels drawn from the softmax of the logits: the logits are then as sure as they are right. */
function calibrated(rows: number, numClasses: number): { logits: Float32Array; labels: Int32Array } {
  const random = createRandom(7);
  const logits = Float32Array.from({ length: rows * numClasses }, () => 4 * (random.next() - 0.5));
  const labels = Int32Array.from({ length: rows }, (_, row) => {
    const odds = Array.from(logits.subarray(row * numClasses, (row + 1) * numClasses), Math.exp);
    let left = random.next() * odds.reduce((sum, value) => sum + value, 0);
    return odds.findIndex((value) => (left -= value) < 0);
  });
  return { logits, labels };
}

test('logits that are as sure as they are right keep their temperature; sharper ones are brought back to it', () => {
  const { logits, labels } = calibrated(20_000, 5);
  expect(fitTemperature(logits, labels).temperature).toBeCloseTo(1, 1);
  const sharp = logits.map((value) => value * 6);
  const { temperature, loss } = fitTemperature(sharp, labels);
  expect(temperature / 6).toBeCloseTo(1, 1);
  expect(loss).toBeCloseTo(fitTemperature(logits, labels).loss, 5);
  expect(loss).toBeLessThan(crossEntropy(sharp, labels));
});

test('no temperature is below the loss that is left, and pictures that are all right do not make it endless', () => {
  const { logits, labels } = calibrated(500, 3);
  const { loss } = fitTemperature(logits, labels);
  for (const temperature of [0.5, 0.9, 1, 1.1, 2, 10]) {
    expect(crossEntropy(logits, labels, 1 / temperature)).toBeGreaterThanOrEqual(loss - 1e-9);
  }
  expect(fitTemperature(Float32Array.of(3, 0), Int32Array.of(0)).temperature).toBeGreaterThan(0.1);
});

test('large logits do not overflow, and one that is not a number is not hidden', () => {
  expect(crossEntropy(Float32Array.of(3e4, 0), Int32Array.of(1))).toBeCloseTo(3e4, 0);
  expect(fitTemperature(Float32Array.of(Number.NaN, 0), Int32Array.of(0)).loss).toBeNaN();
});
