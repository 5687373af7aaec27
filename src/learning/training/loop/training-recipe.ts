import type { Schedule } from './learning-rate/schedule.js';
import type { Sampling } from './batches/sample-order.js';

/**
 * How a network is trained, beside the optimizer, which belongs to the engine's `TrainingSpec`. All of it goes into a
 * checkpoint: training goes on only with the recipe it began with.
 */
export interface TrainingRecipe {
  /** Pictures per step; the engine's step was compiled for as many. At most as many as there are to train on. */
  batchSize: number;
  /** Passes over the training pictures, at most. */
  epochs: number;
  schedule: Schedule;
  /** Share of the target that is spread over all classes, in [0, 1). 0: one-hot targets. */
  labelSmoothing: number;
  /** Mix of pictures and targets in pairs, drawn from Beta(alpha, alpha). 0: no mixing. 0.1 to 0.4 is usual. */
  mixupAlpha: number;
  /** `balanced`: a picture of a rare class counts for more in the loss, in inverse proportion to the class's size. */
  classWeights: 'none' | 'balanced';
  /** How often pictures of each class are drawn. */
  sampling: Sampling;
  /** Left out: all epochs are run. The best weights are kept in either case, where there are validation pictures. */
  earlyStopping?: {
    /** Epochs without improvement after which training stops; 1 or more. */
    patience: number;
    /** Fall of the validation loss that counts as an improvement. */
    minDelta: number;
  };
  /**
   * Whether the weights that training starts from may be the best: true where they are a solution already, such as a
   * solved head, so that a fine-tune is never worse than its start. False for random weights.
   */
  startIsCandidate: boolean;
}
