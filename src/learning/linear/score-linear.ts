import type { FeatureMatrix } from '../features/compute-features.js';

/** A linear classifier: logits = features · weights + bias. */
export interface LinearHead {
  /** float32 [featureDim, classes], row-major. */
  weights: Float32Array;
  /** float32 [classes]. */
  bias: Float32Array;
}

/** Logits that a linear classifier gives, float32 [rows, classes]. */
export function scoreLinear({ weights, bias }: LinearHead, features: FeatureMatrix): Float32Array {
  const { rows, featureDim, data } = features;
  const numClasses = bias.length;
  const scores = new Float32Array(rows * numClasses);
  const sums = new Float64Array(numClasses);
  for (let row = 0; row < rows; row++) {
    sums.set(bias);
    for (let i = 0; i < featureDim; i++) {
      const value = data[row * featureDim + i] as number;
      if (value === 0) continue;
      for (let k = 0; k < numClasses; k++) {
        sums[k] = (sums[k] as number) + value * (weights[i * numClasses + k] as number);
      }
    }
    scores.set(sums, row * numClasses);
  }
  return scores;
}
