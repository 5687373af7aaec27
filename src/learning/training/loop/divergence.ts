import { z } from 'zod';
import { ZooError } from '../../../errors.js';

/** Steps whose mean loss is what a training started from. */
const firstSteps = 10;
/** A loss above so many times that, or above so many times the loss of guessing, has exploded … */
const explosionFactor = 10;
/** … when it stays there for so many steps: a single hard batch is no divergence. */
const explosionSteps = 5;

export const divergenceState = z.object({
  /** Sum and number of the first losses. */
  firstSum: z.number(),
  firstCount: z.int().min(0),
  /** Steps in a row whose loss was too large. */
  exploded: z.int().min(0),
});

export type DivergenceState = z.output<typeof divergenceState>;

export interface ObservedStep {
  /** From 1, in this training. */
  step: number;
  /** From 1. */
  epoch: number;
  learningRate: number;
  loss: number;
  gradientNorm: number;
}

/**
 * Stops a training that has gone astray, at once for a loss or gradient that is not a number, after five steps in a row
 * for a loss of more than ten times that of the first ten steps (and of guessing, which is ln numClasses).
 */
export class DivergenceWatch {
  constructor(
    private readonly numClasses: number,
    readonly state: DivergenceState = { firstSum: 0, firstCount: 0, exploded: 0 },
  ) {}

  /** @throws ZooError TRAINING_DIVERGED */
  observe(observed: ObservedStep): void {
    const { step, loss, gradientNorm } = observed;
    if (!Number.isFinite(loss)) {
      throw step === 1 ? brokenFromTheStart(observed) : diverged(observed, `the loss is ${loss}`);
    }
    if (!Number.isFinite(gradientNorm))
      throw diverged(observed, `the norm of the gradients is ${gradientNorm}`);
    const { state } = this;
    if (state.firstCount < firstSteps) {
      state.firstSum += loss;
      state.firstCount += 1;
    }
    const usual = Math.max(state.firstSum / state.firstCount, Math.log(this.numClasses));
    state.exploded = loss > explosionFactor * usual ? state.exploded + 1 : 0;
    if (state.exploded >= explosionSteps) {
      throw diverged(observed, `the loss rose to ${round(loss)}, from ${round(usual)} at the start`);
    }
  }

  /** @throws ZooError TRAINING_DIVERGED when the loss of validation is not finite */
  observeValidation(observed: Omit<ObservedStep, 'gradientNorm'>): void {
    if (Number.isFinite(observed.loss)) return;
    throw diverged(observed, `the loss of the validation pictures is ${observed.loss}`);
  }
}

function diverged(observed: Omit<ObservedStep, 'gradientNorm'>, what: string): ZooError {
  const { step, epoch, learningRate } = observed;
  const suggestedLearningRate = round(learningRate / 10);
  return new ZooError(
    'TRAINING_DIVERGED',
    `Training diverged at step ${step} (epoch ${epoch}): ${what}, at learning rate ${round(learningRate)}. ` +
      `Try learning rate ${suggestedLearningRate}; if that is not enough, clip the gradients (clipNorm 1) or warm up for longer.`,
    { ...observed, suggestedLearningRate },
  );
}

/** No weight has moved yet, so the learning rate is not to blame. */
function brokenFromTheStart(observed: ObservedStep): ZooError {
  return new ZooError(
    'TRAINING_DIVERGED',
    `The loss is ${observed.loss} at the first step, before any weight has moved: the base model gives no finite scores for these pictures. ` +
      'Check that its weights are finite and that its manifest states the range of its input; a lower learning rate does not help.',
    { ...observed },
  );
}

function round(value: number): number {
  return Number(value.toPrecision(3));
}
