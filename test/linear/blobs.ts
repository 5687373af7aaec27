import { createRandom } from '../../src/learning/random.js';

/** Made-up features of classes that a linear classifier can mostly tell apart. */
export function makeBlobs({
  rows,
  featureDim,
  numClasses,
  seed = 1,
  spread = 1,
}: {
  rows: number;
  featureDim: number;
  numClasses: number;
  seed?: number;
  spread?: number;
}): { features: Float32Array; labels: Int32Array; featureDim: number; numClasses: number } {
  const random = createRandom(seed);
  // Twelve uniform numbers add up to nearly a normal one.
  const normal = () =>
    Array.from({ length: 12 }, () => random.next()).reduce((sum, value) => sum + value, -6);
  const centres = Array.from({ length: numClasses * featureDim }, normal);
  const labels = Int32Array.from({ length: rows }, (_, row) => row % numClasses);
  const features = new Float32Array(rows * featureDim);
  for (let row = 0; row < rows; row++) {
    for (let j = 0; j < featureDim; j++) {
      const centre = centres[(labels[row] as number) * featureDim + j] as number;
      features[row * featureDim + j] = centre + spread * normal() + 2;
    }
  }
  return { features, labels, featureDim, numClasses };
}

/** The class with the highest score for every row. */
export function predict(
  { weights, bias }: { weights: Float32Array; bias: Float32Array },
  features: Float32Array,
): number[] {
  const numClasses = bias.length;
  const featureDim = weights.length / numClasses;
  return Array.from({ length: features.length / featureDim }, (_, row) => {
    const scores = Array.from(bias, (start, k) => {
      let score = start;
      for (let j = 0; j < featureDim; j++) {
        score += (features[row * featureDim + j] as number) * (weights[j * numClasses + k] as number);
      }
      return score;
    });
    return scores.indexOf(Math.max(...scores));
  });
}

export function fractionRight(predicted: number[], labels: ArrayLike<number>): number {
  return predicted.filter((label, row) => label === labels[row]).length / predicted.length;
}
