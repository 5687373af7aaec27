import type { LabelledFeatureMatrix } from '../../../src/learning/transferability/labelled-feature-matrix.js';

/** Numbers in [0, 1) that Python makes in the same way, see reference/make-reference.py. */
export function createLinearCongruential(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

export interface MadeUp {
  rows: number;
  featureDim: number;
  numClasses: number;
  seed: number;
  /** Noise around the class centres. */
  spread: number;
}

/** Features like those of a network: classes around centres, nothing below zero. Row i is of class i mod numClasses. */
export function makeUpFeatures({
  rows,
  featureDim,
  numClasses,
  seed,
  spread,
}: MadeUp): LabelledFeatureMatrix {
  const next = createLinearCongruential(seed);
  const centres = Float64Array.from({ length: numClasses * featureDim }, () => next());
  const labels = Int32Array.from({ length: rows }, (_, row) => row % numClasses);
  const data = new Float32Array(rows * featureDim);
  for (let at = 0; at < data.length; at++) {
    const row = Math.floor(at / featureDim);
    const centre = centres[(labels[row] as number) * featureDim + (at % featureDim)] as number;
    data[at] = Math.max(0, centre + spread * (next() + next() + next() - 1.5));
  }
  return { rows, featureDim, data, labels };
}

/** Some rows of a matrix, in the order given. */
export function pickRows(
  { featureDim, data, labels }: LabelledFeatureMatrix,
  rows: readonly number[],
): LabelledFeatureMatrix {
  return {
    rows: rows.length,
    featureDim,
    data: Float32Array.from(
      rows.flatMap((row) => [...data.subarray(row * featureDim, (row + 1) * featureDim)]),
    ),
    labels: Int32Array.from(rows, (row) => labels[row] as number),
  };
}
