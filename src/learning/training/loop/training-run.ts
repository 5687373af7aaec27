import type { TrainingData } from '../data/training-data.js';
import type { TrainingState, TrainingStep } from '../engines/training-engine.js';
import type { TrainingRecipe } from './training-recipe.js';

/** Everything that one training needs. */
export interface TrainingRun {
  /** The network under training, at the weights to start from. Borrowed: the caller disposes it. */
  step: TrainingStep;
  train: TrainingData;
  /**
   * Left out or empty: where early stopping is asked for, a tenth of the training pictures is held out in its place if
   * that makes 20 or more; otherwise all epochs are run and the last weights are the result. The log says which.
   */
  validation?: TrainingData;
  numClasses: number;
  recipe: TrainingRecipe;
  /** Decides order, sampling, mixing and what is held out. */
  seed: number;
  /** Obeyed between batches: throws `signal.reason`. */
  signal?: AbortSignal;
  on?: Partial<TrainingReporter>;
  checkpoints?: TrainingCheckpoints;
}

/** What those who wait for a training are told, from the first batch on. */
export interface TrainingReporter {
  /** In pictures, over all epochs: `progress('training', 320, 30680)`. */
  progress(phase: string, done: number, total: number): void;
  /**
   * `train/loss`, `train/accuracy` (both smoothed), `train/learningRate`, `train/gradientNorm`, `train/imagesPerSecond`,
   * `train/secondsLeft`, and `train/penalty` where there is one, per step, thinned to about a thousand steps; `validation/loss`, `validation/accuracy` per epoch.
   *
   * @param step steps of the optimizer done in this training
   */
  metric(name: string, value: number, step: number): void;
  log(message: string): void;
}

/** Where a training's checkpoints go and come from. */
export interface TrainingCheckpoints {
  /**
   * What decides the result beside recipe, seed and labels, which are added: engine version, threads, device, network,
   * optimizer, data. Training goes on only from a checkpoint in which all are equal; a refusal names those that differ.
   */
  identity: Record<string, string>;
  /**
   * Keeps a checkpoint; one call at a time, while training goes on. A failure is logged and training goes on.
   *
   * @param step steps of the optimizer done in this training
   */
  save(bytes: Uint8Array, step: number): Promise<void>;
  /** Earlier checkpoints, newest first, read one by one. What cannot be used is skipped, and the log says why. */
  candidates?: Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
  /** Inside an epoch, beside the one at its end: once this many seconds or steps passed since the last. Left out: none. */
  everySeconds?: number;
  everySteps?: number;
}

/** How a training went, and what came of it. */
export interface TrainingOutcome {
  /** Best weights and statistics, beside the optimizer's slots as they ended. The step holds this state too. */
  best: TrainingState;
  /** 1 is the first epoch; 0: the weights that training started from were never improved on. */
  bestEpoch: number;
  /** Of the best weights; null where nothing was validated. */
  bestValidation: ValidationScore | null;
  epochsRun: number;
  /** Steps of the optimizer in this training. */
  steps: number;
  /** An entry per epoch run, and one for epoch 0 where the start was scored. */
  history: EpochRecord[];
  /** `strategy`: its `onEpoch` said so. */
  stoppedBecause: 'epochs' | 'early-stopping' | 'strategy';
  /** What the best weights were chosen on. */
  validatedOn: 'validation' | 'held-out-training' | 'nothing';
  /** Steps done when a checkpoint was taken up; 0: it began anew. */
  resumedAtStep: number;
}

/** How well a network does on pictures it is not trained on. */
export interface ClassifierScore {
  /** Mean cross-entropy with the plain labels: no smoothing, no weights. */
  loss: number;
  /** Share of pictures whose class has the highest logit. */
  accuracy: number;
}

/** The same of pictures that weights are chosen on. */
export interface ValidationScore extends ClassifierScore {
  /** What the logits are best divided by; the network is surer than it is right where it is above 1. */
  temperature: number;
  /** The loss at that temperature: how well the classes are told apart, whatever the sureness. Weights are chosen by it. */
  calibratedLoss: number;
}

/** One epoch of a training. */
export interface EpochRecord {
  /** From 1; 0 stands for the weights that training started from. */
  epoch: number;
  /** Mean loss of the epoch's steps as the optimizer saw it, with smoothing, weights and mixing, without a penalty; null for epoch 0. */
  train: ClassifierScore | null;
  validation: ValidationScore | null;
  /** Of the epoch's last step. */
  learningRate: number;
  /** Wall time of training and validation. */
  seconds: number;
}
