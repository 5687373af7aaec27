import { z } from 'zod';
import type { TrainingRecipe } from '../training-recipe.js';
import type { ClassifierScore } from '../training-run.js';

const score = z.object({ loss: z.number(), accuracy: z.number() });

export const earlyStoppingState = z.object({
  bestEpoch: z.int().min(0),
  /** Null until an epoch was scored. */
  best: score.nullable(),
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
 * @see Prechelt, "Early stopping, but when?", 1998
 */
export class EarlyStopping {
  constructor(
    private readonly patience: TrainingRecipe['earlyStopping'],
    /** Epochs up to this one are not counted as waiting: while the learning rate warms up, little is learnt. */
    private readonly graceEpochs: number,
    readonly state: EarlyStoppingState = { bestEpoch: 0, best: null, reference: null, waited: 0 },
  ) {}

  /** @returns whether these weights are the best so far */
  observe(epoch: number, validation: ClassifierScore): boolean {
    const { state } = this;
    const minDelta = this.patience?.minDelta ?? 0;
    if (state.reference === null || validation.loss < state.reference - minDelta) {
      state.reference = validation.loss;
      state.waited = 0;
    } else if (epoch > this.graceEpochs) {
      state.waited += 1;
    }
    if (state.best !== null && validation.loss >= state.best.loss) return false;
    state.best = { ...validation };
    state.bestEpoch = epoch;
    return true;
  }

  get shouldStop(): boolean {
    return this.patience !== undefined && this.state.waited >= this.patience.patience;
  }
}
