import { z } from 'zod';
import { ZooError } from '../../../errors.js';

/** A loss of more than so many times the first one, and than that of guessing, has exploded … */
const explosionFactor = 10;
/** … and where so many of the last steps have, training has: a single hard batch is no divergence. */
const explosionSteps = 5;
const recentSteps = 20;

export const divergenceState = z.object({
  /** Before any weight has moved; null until the first step. */
  firstLoss: z.number().nullable(),
  /** Which of the last twenty steps had too large a loss, a bit each. */
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
 * Stops a training that has gone astray: at once for a loss or gradients that are no finite numbers; and where five of
 * the last twenty losses were more than ten times the first one, and than that of guessing, which is ln numClasses.
 */
export class DivergenceWatch {
  constructor(
    private readonly numClasses: number,
    readonly state: DivergenceState = { firstLoss: null, exploded: 0 },
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
    state.firstLoss ??= loss;
    const usual = Math.max(state.firstLoss, Math.log(this.numClasses));
    const isTooLarge = loss > explosionFactor * usual;
    state.exploded = ((state.exploded << 1) | Number(isTooLarge)) & (2 ** recentSteps - 1);
    if (isTooLarge && bitCount(state.exploded) >= explosionSteps) {
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

function bitCount(bits: number): number {
  return bits === 0 ? 0 : (bits & 1) + bitCount(bits >>> 1);
}

function round(value: number): number {
  return Number(value.toPrecision(3));
}
