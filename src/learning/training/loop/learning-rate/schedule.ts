import { describe, ownFunctionInvalid } from '../../programs/own-function.js';

/** How the learning rate goes over a training. */
export interface Schedule {
  /** `cosine`: falls from `learningRate` to zero along half a cosine. `constant`: stays. Both after the warm-up. */
  kind: 'cosine' | 'constant';
  /** The highest learning rate. */
  learningRate: number;
  /** Epochs, or part of one, over which the rate rises to it in a straight line. 0: none. */
  warmupEpochs: number;
}

/** A step in a training, for schedules of a strategy's own. */
export interface ScheduledStep extends TrainingLength {
  /** From 0. */
  step: number;
}

/**
 * The learning rate of a step, 0 or more, as a function of its number alone: training may go on anywhere. Each layer's own
 * scale is multiplied to it.
 */
export type ScheduleFunction = (at: ScheduledStep) => number;

/** How long the training is that a schedule is laid over. */
export interface TrainingLength {
  stepsPerEpoch: number;
  epochs: number;
}

/**
 * Learning rate of one step, a pure function of the step's number. The first step of a warm-up already moves: it has
 * the first of equal rises, not zero.
 *
 * @param step from 0
 * @throws ZooError TRAINING_FUNCTION_INVALID when a schedule of a strategy's own gives no rate
 * @see Loshchilov & Hutter, "SGDR: stochastic gradient descent with warm restarts", ICLR 2017, equation 5 (one cycle)
 * @see Goyal et al., "Accurate, large minibatch SGD: training ImageNet in 1 hour", 2017, section 2.2 (gradual warm-up)
 */
export function learningRateAt(
  schedule: Schedule | ScheduleFunction,
  length: TrainingLength,
  step: number,
): number {
  if (typeof schedule === 'function') return ownRate(schedule({ step, ...length }), step);
  const { kind, learningRate, warmupEpochs } = schedule;
  const warmupSteps = Math.round(warmupEpochs * length.stepsPerEpoch);
  if (step < warmupSteps) return (learningRate * (step + 1)) / warmupSteps;
  if (kind === 'constant') return learningRate;
  const fallingSteps = Math.max(1, length.epochs * length.stepsPerEpoch - warmupSteps);
  const part = Math.min(1, (step - warmupSteps) / fallingSteps);
  return (learningRate * (1 + Math.cos(Math.PI * part))) / 2;
}

function ownRate(given: unknown, step: number): number {
  if (typeof given === 'number' && given >= 0 && given < Infinity) return given;
  throw ownFunctionInvalid(
    'schedule',
    `gave ${describe(given)} at step ${step}; a learning rate is expected, a finite number of 0 or more.`,
    { step },
  );
}
