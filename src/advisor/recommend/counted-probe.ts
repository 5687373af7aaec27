import { fromLogOdds } from '../log-odds.js';
import { probeInLogOdds } from './best-cut.js';
import { growthOfProbe } from './growth-of-probe.js';
import type { MeasuredModel } from './measured-model.js';

/** A difference in accuracy below which nobody asks where it comes from. */
export const notableDifference = 0.01;

/**
 * Accuracy of a model's probe as an expectation starts from it: on all training pictures, and by what the model is worth
 * elsewhere, where that counts.
 */
export function countedProbe({
  input,
  model,
  cut,
  drawn,
}: Omit<MeasuredModel, 'advised' | 'isLearned'>): number {
  const growth = growthOfProbe(model.learningCurve, cut.pictures, input.measurements.dataset.train);
  return fromLogOdds(probeInLogOdds(cut).value + growth + (drawn?.shift ?? 0));
}
