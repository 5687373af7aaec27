import { z } from 'zod';
import { ZooError } from '../../../../errors.js';

/** A loss of more than so many times the first one, and than that of guessing, has exploded … */
const explosionFactor = 10;
/** … and where so many of the last steps have, training has: a single hard batch is no divergence. */
const explosionSteps = 5;
const recentSteps = 20;

export const divergenceState = z.object({
  /** Before any weight has moved; null until the first step. */
  firstLoss: z.number().nullable(),
  /** Of all learning rates so far. */
  highestRate: z.number(),
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
    readonly state: DivergenceState = { firstLoss: null, highestRate: 0, exploded: 0 },
  ) {}

  /** @throws ZooError TRAINING_DIVERGED */
  observe(observed: ObservedStep): void {
    const { step, loss, gradientNorm, learningRate } = observed;
    const { state } = this;
    state.highestRate = Math.max(state.highestRate, learningRate);
    for (const [what, value] of [
      ['loss', loss],
      ['norm of the gradients', gradientNorm],
    ] as const) {
      if (Number.isFinite(value)) continue;
      if (step === 1) throw brokenFromTheStart(observed, `The ${what} is ${value} at the first step`);
      throw this.diverged(observed, `the ${what} is ${value}`);
    }
    state.firstLoss ??= loss;
    const usual = Math.max(state.firstLoss, Math.log(this.numClasses));
    const isTooLarge = loss > explosionFactor * usual;
    state.exploded = ((state.exploded << 1) | Number(isTooLarge)) & (2 ** recentSteps - 1);
    if (isTooLarge && bitCount(state.exploded) >= explosionSteps) {
      throw this.diverged(observed, `the loss rose to ${round(loss)}, from ${round(usual)} at the start`);
    }
  }

  /**
   * @param observed step 0 stands for the weights that training starts from
   * @throws ZooError TRAINING_DIVERGED when the loss of validation is not finite
   */
  observeValidation(observed: Omit<ObservedStep, 'gradientNorm'>): void {
    const { step, loss } = observed;
    if (Number.isFinite(loss)) return;
    if (step === 0) throw brokenFromTheStart(observed, `The loss of the validation pictures is ${loss}`);
    throw this.diverged(observed, `the loss of the validation pictures is ${loss}`);
  }

  /** The rate to lower is the highest so far, not what a schedule has made of it by now. */
  private diverged(observed: Omit<ObservedStep, 'gradientNorm'>, what: string): ZooError {
    const { step, epoch, learningRate } = observed;
    const { highestRate } = this.state;
    const highest = highestRate > learningRate ? ` (at its highest it was ${round(highestRate)})` : '';
    const suggestedLearningRate = round(highestRate / 10);
    return new ZooError(
      'TRAINING_DIVERGED',
      `Training diverged at step ${step} (epoch ${epoch}): ${what}, at learning rate ${round(learningRate)}${highest}. ` +
        `Try learning rate ${suggestedLearningRate}; if that is not enough, clip the gradients (clipNorm 1 or less) or warm up for longer.`,
      { ...observed, suggestedLearningRate },
    );
  }
}

/** No weight has moved yet, so the learning rate is not to blame. */
function brokenFromTheStart(observed: Omit<ObservedStep, 'gradientNorm'>, what: string): ZooError {
  return new ZooError(
    'TRAINING_DIVERGED',
    `${what}, before any weight has moved: the base model computes no finite numbers for these pictures. ` +
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
