import { setImmediate } from 'node:timers/promises';
import type { LabelledFeatures } from 'modelzoo/plugin';
import type { PrototypeParameters } from './index.js';
import { at, centredDirections, classMeans, dot } from './prototype-classifier.js';

/** What prototypes say of the pictures that they are not made of. */
export interface LeftOut {
  /** float32 [labels.length, numClasses], row-major: logits as the classifier gives them. */
  scores: Float32Array;
  /** int32: of the pictures that were left out one by one. */
  labels: Int32Array;
  /** How many have the largest score at their label. */
  right: number;
}

/** Pictures between two looks at the signal. */
const picturesAtOnce = 256;

/**
 * Scores every picture by prototypes that it has no part in: only its own class’s is another then, the mean of that class’s
 * other pictures. So it costs no more than to score them all once. A class of one picture has no prototype without it, and
 * is not asked.
 *
 * By angle, the centre that all vectors are seen from stays where all pictures put it: without the one it lies nearly there.
 *
 * @throws the signal's reason, when it is aborted
 * @see Stone, "Cross-Validatory Choice and Assessment of Statistical Predictions", 1974
 */
export async function leaveOneOut(
  train: LabelledFeatures,
  numClasses: number,
  distance: PrototypeParameters['distance'],
  signal: AbortSignal,
): Promise<LeftOut> {
  const byAngle = distance === 'cosine';
  const { directions, lengths } = byAngle
    ? centredDirections(train, numClasses)
    : { directions: train, lengths: undefined };
  const { rows, featureDim, data } = directions;
  const means = classMeans(directions, numClasses);
  const sizes = new Int32Array(numClasses);
  for (const label of train.labels) sizes[label] = at(sizes, label) + 1;
  const asked = train.labels.filter((label) => at(sizes, label) > 1);
  const leftOut: LeftOut = {
    scores: new Float32Array(asked.length * numClasses),
    labels: asked,
    right: 0,
  };
  for (let row = 0, place = 0; row < rows; row++) {
    if (row % picturesAtOnce === 0) {
      // Lets the process hear that it is to stop.
      await setImmediate();
      signal.throwIfAborted();
    }
    const own = at(train.labels, row);
    const size = at(sizes, own);
    if (size < 2) continue;
    const picture = Float64Array.from(data.subarray(row * featureDim, (row + 1) * featureDim));
    const scores = means.map((mean, label) => {
      const others = label === own ? withoutOne(mean, size, picture) : mean;
      return lengths === undefined
        ? -squaredDistance(picture, others)
        : at(lengths, row) * (dot(picture, others) / (Math.sqrt(dot(others, others)) || 1));
    });
    leftOut.scores.set(scores, place * numClasses);
    if (scores.indexOf(Math.max(...scores)) === own) leftOut.right += 1;
    place += 1;
  }
  return leftOut;
}

/** The mean of `size` vectors, less one of them. */
const withoutOne = (mean: Float64Array, size: number, picture: Float64Array): Float64Array =>
  mean.map((value, feature) => (size * value - at(picture, feature)) / (size - 1));

const squaredDistance = (a: Float64Array, b: Float64Array): number =>
  a.reduce((sum, value, feature) => sum + (value - at(b, feature)) ** 2, 0);
