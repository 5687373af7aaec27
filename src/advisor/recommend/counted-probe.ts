import { fromLogOdds, logOdds, smoothedShare } from '../log-odds.js';
import type { MeasuredModel } from './measured-model.js';

/** A difference in accuracy below which nobody asks where it comes from. */
export const notableDifference = 0.01;

/** Accuracy of a model's probe as an expectation starts from it: by what the model is worth elsewhere, where that counts. */
export function countedProbe({ cut, drawn }: Pick<MeasuredModel, 'cut' | 'drawn'>): number {
  return fromLogOdds(logOdds(smoothedShare(cut.probe.accuracy, cut.pictures)) + (drawn?.shift ?? 0));
}
