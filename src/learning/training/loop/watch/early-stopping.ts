import { z } from 'zod';
import type { TrainingRecipe } from '../training-recipe.js';
import type { ValidationScore } from '../training-run.js';

/** As a checkpoint keeps it. */
export const validationScore = z.object({
  loss: z.number(),
  accuracy: z.number(),
  temperature: z.number(),
  calibratedLoss: z.number(),
});

export const earlyStoppingState = z.object({
  bestEpoch: z.int().min(0),
  /** Null until an epoch was scored. */
  best: validationScore.nullable(),
  /** The loss that a later one must undercut by `minDelta` to count as an improvement. */
  reference: z.number().nullable(),
  /** Epochs since it did. */
  waited: z.int().min(0),
});

export type EarlyStoppingState = z.output<typeof earlyStoppingState>;

/**
 * Watches the validation loss: says which epoch's weights are the best, and when waiting for better ones is over. Any
 * fall of the loss makes the better weights; only one by more than `minDelta` makes waiting start again.
 *
 * The loss is the one that is left at the best temperature. On few pictures networks soon grow surer than they are
 * right, and the plain loss rises while more and more pictures are told apart: stopped by it, training ends long before
 * its best, and a number divides that sureness away afterwards.
 *
 * @see Prechelt, "Early stopping, but when?", 1998
 * @see Berta et al., "Rethinking Early Stopping: Refine, Then Calibrate", 2025
 */
export class EarlyStopping {
  constructor(
    private readonly patience: TrainingRecipe['earlyStopping'],
    /** Epochs up to this one are not counted as waiting: while the learning rate warms up, little is learnt. */
    private readonly graceEpochs: number,
    readonly state: EarlyStoppingState = { bestEpoch: 0, best: null, reference: null, waited: 0 },
  ) {}

  /** @returns whether these weights are the best so far */
  observe(epoch: number, validation: ValidationScore): boolean {
    const { state } = this;
    const minDelta = this.patience?.minDelta ?? 0;
    const { calibratedLoss } = validation;
    if (state.reference === null || calibratedLoss < state.reference - minDelta) {
      state.reference = calibratedLoss;
      state.waited = 0;
    } else if (epoch > this.graceEpochs) {
      state.waited += 1;
    }
    if (state.best !== null && calibratedLoss >= state.best.calibratedLoss) return false;
    state.best = { ...validation };
    state.bestEpoch = epoch;
    return true;
  }

  get shouldStop(): boolean {
    return this.patience !== undefined && this.state.waited >= this.patience.patience;
  }
}
