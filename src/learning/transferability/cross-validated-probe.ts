import type { Candidate } from '../linear/choose-c.js';
import { LinearClassifierFit } from '../linear/fit-linear-classifier.js';
import type { LabelledFeatureMatrix, ScoreOptions } from './labelled-feature-matrix.js';

export interface ProbeOptions extends ScoreOptions {
  /** Length of the list of classes that the labels are positions in. */
  numClasses: number;
  /** Decides which pictures are held out together. */
  seed: number;
  /** Values of C that are compared, smallest first; left out: two per decade. */
  path?: readonly number[];
  /** Bytes a fit may take beside its features; left out: what the machine has free. */
  memoryBytes?: number;
}

/** With more pictures than this there are fewer folds: the answer is sure enough, and it takes long. */
const manyPictures = 10_000;

/**
 * Accuracy on held-out pictures of a linear probe: softmax regression on the features, its C chosen by the same
 * cross-validation, which makes it a little too good where pictures are few. No classifier is fitted on all of them.
 *
 * @returns null where no class has two pictures, so that nothing can be held out
 * @throws ZooError TRAINING_MEMORY_INSUFFICIENT, FEATURES_NOT_FINITE
 * @see Alain & Bengio, "Understanding intermediate layers using linear classifier probes", 2016
 */
export async function crossValidatedProbe(
  { rows, featureDim, data, labels }: LabelledFeatureMatrix,
  { numClasses, seed, path, threads, memoryBytes, signal }: ProbeOptions,
): Promise<Candidate | null> {
  const problem = await LinearClassifierFit.prepare(
    { features: data, labels, featureDim, numClasses },
    {
      classifier: 'softmax',
      C: undefined,
      path,
      folds: rows > manyPictures ? 3 : 5,
      maxIterations: 100,
      seed,
      threads,
      memoryBytes,
      signal,
    },
  );
  try {
    return (await problem.crossValidate())?.best ?? null;
  } finally {
    await problem.release();
  }
}
