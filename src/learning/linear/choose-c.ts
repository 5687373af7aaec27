/** How one value of C did in cross-validation. */
export interface Candidate {
  C: number;
  /** Mean accuracy over the folds, in [0, 1]. */
  accuracy: number;
  /** Standard error of that mean. */
  standardError: number;
}

/** Values of C for a path, smallest first: two per decade, since accuracy hardly moves in between. */
export const gridOfC: Record<'svm' | 'softmax', readonly number[]> = {
  svm: [0.03, 0.1, 0.3, 1, 3, 10, 30, 100],
  softmax: [0.3, 1, 3, 10, 30, 100, 300, 1000],
};

/** Mean and standard error of the accuracy over folds. */
export function summarizeFolds(C: number, accuracies: readonly number[]): Candidate {
  const count = accuracies.length;
  const accuracy = accuracies.reduce((sum, value) => sum + value, 0) / count;
  const variance = accuracies.reduce((sum, value) => sum + (value - accuracy) ** 2, 0) / (count - 1);
  return { C, accuracy, standardError: Math.sqrt(variance / count) };
}

/**
 * The candidate to use: the best mean accuracy; among equals the smallest C, which regularises most and solves
 * quickest. The one-standard-error rule, which prefers a simpler model that is a little worse, is not applied: every C
 * gives a model of the same size, so simplicity would buy nothing.
 *
 * @param candidates in growing order of C, at least one
 * @see Hastie, Tibshirani & Friedman, "The Elements of Statistical Learning", 2nd edition, section 7.10
 */
export function chooseCandidate(candidates: readonly Candidate[]): Candidate {
  return candidates.reduce((best, next) => (next.accuracy > best.accuracy ? next : best));
}

/**
 * Whether a path that grows in C can end: the last value is worse than the best by more than a standard error, or the
 * last two brought nothing. Larger values take longer to solve, and accuracy has a single peak along the path.
 */
export function isPastBest(candidates: readonly Candidate[]): boolean {
  const best = chooseCandidate(candidates);
  const last = candidates.at(-1) ?? best;
  const sinceBest = candidates.length - 1 - candidates.indexOf(best);
  return sinceBest >= 2 || last.accuracy < best.accuracy - best.standardError;
}
