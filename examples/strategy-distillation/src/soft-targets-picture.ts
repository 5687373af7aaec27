import type { ReportPicture } from 'modelzoo/plugin';
import { encodeGreyPng } from './encode-grey-png.js';

/** Pixels on a side of the whole picture, about, and at most of one square. */
const side = 480;
const largestSquare = 32;
const pairsInWords = 3;

/**
 * What the teacher says of each class, as a picture: a row of squares for each true class, a column for each class it may be
 * taken for, the brighter the more probable. Off the diagonal is what a student learns beyond the labels.
 *
 * @param logits the teacher's, float32 [pictures, classes]
 * @param temperature as the student is held against them
 */
export function drawSoftTargets(
  logits: Float32Array,
  labels: Int32Array,
  classes: readonly string[],
  temperature: number,
): ReportPicture {
  const means = meanProbabilities(logits, labels, classes.length, temperature);
  const square = Math.max(1, Math.min(largestSquare, Math.floor(side / classes.length)));
  const size = square * classes.length;
  const pixels = new Uint8Array(size * size);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const mean = means[Math.floor(y / square)]?.[Math.floor(x / square)] ?? 0;
      // The root shows small probabilities, which are most of them.
      pixels[y * size + x] = Math.round(255 * Math.sqrt(mean));
    }
  }
  return {
    title: `What the teacher takes each class for, at temperature ${temperature}`,
    png: encodeGreyPng(pixels, size, size),
    alt: describe(means, classes),
  };
}

/** Mean of the softened probabilities over the pictures of each class. */
function meanProbabilities(
  logits: Float32Array,
  labels: Int32Array,
  numClasses: number,
  temperature: number,
): number[][] {
  const sums = Array.from({ length: numClasses }, () => new Array<number>(numClasses).fill(0));
  const counts = new Array<number>(numClasses).fill(0);
  labels.forEach((label, row) => {
    const scores = logits.subarray(row * numClasses, (row + 1) * numClasses);
    const highest = Math.max(...scores);
    const powers = Array.from(scores, (score) => Math.exp((score - highest) / temperature));
    const total = powers.reduce((sum, power) => sum + power, 0);
    counts[label] = (counts[label] ?? 0) + 1;
    powers.forEach((power, other) => {
      const sum = sums[label];
      if (sum !== undefined) sum[other] = (sum[other] ?? 0) + power / total;
    });
  });
  return sums.map((row, label) => row.map((sum) => sum / Math.max(1, counts[label] ?? 0)));
}

function describe(means: readonly number[][], classes: readonly string[]): string {
  const nameOf = (label: number) => (classes[label] ?? '').slice(0, 60);
  const pairs = means
    .flatMap((row, label) => row.map((mean, other) => ({ label, other, mean })))
    .filter(({ label, other }) => label !== other)
    .sort((a, b) => b.mean - a.mean)
    .slice(0, pairsInWords)
    .map(
      ({ label, other, mean }) => `${(100 * mean).toFixed(0)} % of ${nameOf(label)} goes to ${nameOf(other)}`,
    );
  return (
    `A square of ${classes.length} by ${classes.length} fields in the order of the classes: a row for what a picture is, a column for ` +
    `what the teacher takes it for, the brighter the more probable. Most off the diagonal: ${pairs.join(', ')}.`
  );
}
