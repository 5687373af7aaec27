import type { Schedule, ScheduleFunction } from './learning-rate/schedule.js';
import type { EpochOrder, Sampling } from './batches/sample-order.js';
import type { EpochRecord } from './training-run.js';

/**
 * How a network is trained, beside the optimizer, which belongs to the engine's `TrainingSpec`. All of it goes into a
 * checkpoint, functions by their source text: training goes on only with the recipe it began with.
 */
export interface TrainingRecipe {
  /** Pictures per step; the engine's step was compiled for as many. At most as many as there are to train on. */
  batchSize: number;
  /** Passes over the training pictures, at most. */
  epochs: number;
  /** One of ours by its numbers, or the learning rate of each step as a function. */
  schedule: Schedule | ScheduleFunction;
  /** Share of the target that is spread over all classes, in [0, 1). 0: one-hot targets. */
  labelSmoothing: number;
  /** Mix of pictures and targets in pairs, drawn from Beta(alpha, alpha). 0: no mixing. 0.1 to 0.4 is usual. */
  mixupAlpha: number;
  /** `balanced`: a picture of a rare class counts for more in the loss, in inverse proportion to the class's size. */
  classWeights: 'none' | 'balanced';
  /** How often pictures of each class are drawn. */
  sampling: Sampling;
  /**
   * Which pictures an epoch shows, in which order, in place of `sampling`: a batch is the next `batchSize` of them. A pure
   * function of the epoch, counted from 0, since training may go on anywhere; every epoch has as many. No training picture
   * is then held out to validate on. Left out: by seed and `sampling`.
   */
  order?: (epoch: number) => EpochOrder;
  /**
   * Called after every epoch and its validation; `'stop'` ends the training there, the best weights are kept all the same.
   * When training goes on from a checkpoint, it is first called again for the epochs already run, in order, so that
   * what it remembers is what it would: let what it answers depend on the records alone, and not on the seconds in them.
   */
  onEpoch?: (record: EpochRecord) => void | 'stop';
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
