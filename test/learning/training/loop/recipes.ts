import type { TrainingRecipe } from '../../../../src/learning/training/loop/training-recipe.js';

/** A recipe that trains softmax regression on point clouds well, with what a test wants otherwise. */
export function recipe(changes: Partial<TrainingRecipe> = {}): TrainingRecipe {
  return {
    batchSize: 16,
    epochs: 6,
    schedule: { kind: 'cosine', learningRate: 0.2, warmupEpochs: 1 },
    labelSmoothing: 0,
    mixupAlpha: 0,
    classWeights: 'none',
    sampling: 'instance-balanced',
    startIsCandidate: false,
    ...changes,
  };
}
