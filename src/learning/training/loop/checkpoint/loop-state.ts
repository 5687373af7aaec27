import { z } from 'zod';
import { divergenceState } from '../watch/divergence.js';
import { earlyStoppingState, validationScore } from '../watch/early-stopping.js';
import { smoothedState } from '../watch/training-progress.js';

const score = z.object({ loss: z.number(), accuracy: z.number() });

/**
 * Where a training stands, beside the tensors. Order, sampling, mixing, dropout and learning rate are functions of the
 * seed and the number of steps done, so no generator's state is among it.
 */
export const loopState = z.object({
  /** Steps of the optimizer done. A multiple of the steps per epoch: the epoch was validated too. */
  stepsDone: z.int().min(0),
  /** Sums over the epoch under way. */
  epoch: z.object({
    loss: z.number(),
    weight: z.number(),
    correct: z.number(),
    pictures: z.number(),
    seconds: z.number(),
  }),
  stopping: earlyStoppingState,
  divergence: divergenceState,
  smoothed: smoothedState,
  history: z.array(
    z.object({
      epoch: z.int().min(0),
      train: score.nullable(),
      validation: validationScore.nullable(),
      learningRate: z.number(),
      seconds: z.number(),
    }),
  ),
});

export type LoopState = z.output<typeof loopState>;

export const emptyEpoch: Readonly<LoopState['epoch']> = {
  loss: 0,
  weight: 0,
  correct: 0,
  pictures: 0,
  seconds: 0,
};

export function startOfTraining(): LoopState {
  return {
    stepsDone: 0,
    epoch: { ...emptyEpoch },
    stopping: { bestEpoch: 0, best: null, reference: null, waited: 0 },
    divergence: { firstLoss: null, highestRate: 0, exploded: 0 },
    smoothed: { loss: 0, weight: 0, correct: 0, pictures: 0 },
    history: [],
  };
}
