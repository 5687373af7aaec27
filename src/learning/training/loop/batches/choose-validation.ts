import type { TrainingData } from '../../data/training-data.js';
import { holdOut } from './hold-out.js';
import type { TrainingOutcome, TrainingRun } from '../training-run.js';

/** What is trained on and what the weights are chosen on. */
export interface ChosenPictures {
  train: TrainingData;
  validation: TrainingData | undefined;
  validatedOn: TrainingOutcome['validatedOn'];
}

/**
 * Validates on the validation pictures where there are any. Else, where early stopping is asked for, a part of the
 * training pictures is held out; where that is too few, or all epochs are to be run anyway, nothing is validated and
 * every picture is trained on. An order of a strategy's own names rows of all training pictures, so none is held out then.
 */
export function chooseValidation(run: TrainingRun): ChosenPictures {
  const { train, validation, numClasses, recipe, seed, on } = run;
  if (validation !== undefined && validation.count > 0) {
    return { train, validation, validatedOn: 'validation' };
  }
  const nothing: ChosenPictures = { train, validation: undefined, validatedOn: 'nothing' };
  if (recipe.earlyStopping === undefined) return nothing;
  if (recipe.order !== undefined) {
    on?.log?.(
      `There are no validation pictures, and of an order of the strategy's own none are held out: all ${recipe.epochs} epochs are run and the last weights are kept.`,
    );
    return nothing;
  }
  const held = holdOut(train, numClasses, seed);
  if (held === undefined) {
    on?.log?.(
      `There are no validation pictures, and ${train.count} training pictures are too few to hold some out: all ${recipe.epochs} epochs are run and the last weights are kept.`,
    );
    return nothing;
  }
  on?.log?.(
    `There are no validation pictures: ${held.validation.count} of ${train.count} training pictures are held out to choose the best weights by.`,
  );
  return { ...held, validatedOn: 'held-out-training' };
}
