import { createRandom } from '../random.js';

const resamples = 2000;

/**
 * 95 % interval of an accuracy: the pictures are drawn again with replacement 2,000 times, and the interval lies
 * between the 2.5th and the 97.5th percentile of the accuracies (linear interpolation, as NumPy does).
 *
 * @param isRight 1 where a picture was named rightly, else 0
 * @see Efron & Tibshirani, "An Introduction to the Bootstrap", 1993, section 13.3 (percentile interval)
 */
export function bootstrapInterval(isRight: Uint8Array, seed: number): [low: number, high: number] {
  return intervalOfMean(isRight, seed);
}

/**
 * The same for the difference of two accuracies on the same pictures: pairs are drawn, so that what is hard for both
 * classifiers does not widen the interval.
 */
export function pairedBootstrapInterval(
  isRight: Uint8Array,
  baselineIsRight: Uint8Array,
  seed: number,
): [low: number, high: number] {
  const differences = Int8Array.from(
    isRight,
    (right, picture) => right - (baselineIsRight[picture] as number),
  );
  return intervalOfMean(differences, seed);
}

function intervalOfMean(values: Uint8Array | Int8Array, seed: number): [low: number, high: number] {
  const count = values.length;
  const random = createRandom(seed);
  const means = new Float64Array(resamples);
  for (let resample = 0; resample < resamples; resample++) {
    let sum = 0;
    for (let draw = 0; draw < count; draw++) sum += values[random.below(count)] as number;
    means[resample] = sum / count;
  }
  means.sort();
  return [percentile(means, 0.025), percentile(means, 0.975)];
}

function percentile(sorted: Float64Array, fraction: number): number {
  const position = fraction * (sorted.length - 1);
  const below = Math.floor(position);
  const low = sorted[below] as number;
  const high = sorted[Math.min(below + 1, sorted.length - 1)] as number;
  return low + (position - below) * (high - low);
}
