import type { TrainingData } from '../../data/training-data.js';
import type { TrainingStep } from '../../engines/training-engine.js';
import { readAhead } from '../batches/read-ahead.js';
import {
  smoothLosses,
  suggestLearningRate,
  type LearningRateSuggestion,
  type RangeTestPoint,
} from './suggest-learning-rate.js';
import { createTrainingBatches, type BatchRecipe } from '../batches/training-batches.js';
import type { TrainingReporter } from '../training-run.js';

export interface LearningRateSearchRun {
  /** Borrowed; its state is the same before and after, bit for bit. */
  step: TrainingStep;
  data: TrainingData;
  numClasses: number;
  recipe: BatchRecipe;
  seed: number;
  signal?: AbortSignal;
  on?: Partial<TrainingReporter>;
  /** Steps of the search at most; 100. */
  steps?: number;
  /** First learning rate; 1e-7. */
  minimum?: number;
  /** Last learning rate, if the loss does not explode before; 10. */
  maximum?: number;
}

export interface LearningRateSearch {
  /** Undefined where the loss neither fell nor rose, so that nothing can be said. */
  learningRate: number | undefined;
  basis: LearningRateSuggestion['basis'] | undefined;
  /** A point per step: the loss of its batch, and its average with the neighbours'. */
  curve: { learningRate: number; loss: number; smoothedLoss: number }[];
  stoppedBecause: 'steps' | 'exploded';
}

/** What a past loss still counts for when the next has come. */
const memory = 0.98;
/** The search ends when the smoothed loss is so many times the lowest. */
const explosionFactor = 4;

/**
 * Learning-rate range test: trains for a hundred real batches while the rate rises exponentially, and suggests one by how
 * the loss went. Afterwards everything is as it was, also when it throws.
 *
 * @throws ZooError IMAGE_UNREADABLE; `signal.reason` when aborted
 * @see Smith, "Cyclical learning rates for training neural networks", WACV 2017, section 3.3
 * @see Howard & Gugger, "fastai: a layered API for deep learning", 2020 (smoothing, end at four times the lowest loss)
 */
export async function findLearningRate(run: LearningRateSearchRun): Promise<LearningRateSearch> {
  const { step, data, numClasses, recipe, seed, signal, on, steps = 100, minimum = 1e-7, maximum = 10 } = run;
  const batches = createTrainingBatches(data, numClasses, recipe, seed);
  const before = await step.readState();
  const points: RangeTestPoint[] = [];
  let sum = 0;
  let weight = 0;
  let lowest = Number.POSITIVE_INFINITY;
  let stoppedBecause: LearningRateSearch['stoppedBecause'] = 'steps';
  try {
    for await (const batch of readAhead(0, steps, batches.read, signal)) {
      const learningRate = minimum * (maximum / minimum) ** (points.length / Math.max(1, steps - 1));
      const { loss } = await step.step(batch, learningRate);
      sum = memory * sum + loss;
      weight = memory * weight + 1;
      const smoothedLoss = sum / weight;
      // Also true for a loss that is not a number.
      if (!(smoothedLoss <= explosionFactor * lowest)) {
        stoppedBecause = 'exploded';
        break;
      }
      lowest = Math.min(lowest, smoothedLoss);
      points.push({ learningRate, loss });
      on?.progress?.('finding the learning rate', points.length, steps);
    }
  } finally {
    await step.writeState(before);
  }
  const smooth = smoothLosses(points);
  const curve = points.map((point, at) => ({ ...point, smoothedLoss: smooth[at] ?? point.loss }));
  const suggestion = suggestLearningRate(points, stoppedBecause === 'exploded');
  return {
    learningRate: suggestion?.learningRate,
    basis: suggestion?.basis,
    curve,
    stoppedBecause,
  };
}
