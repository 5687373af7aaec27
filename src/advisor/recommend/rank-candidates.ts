import type { AdvisedCandidate } from '../advice.js';

/** Candidates whose expected accuracies lie this near the best count as equally good. */
export const closeEnough = 0.005;

/**
 * Puts candidates in order: those within half a point of the best expectation first, the quickest of them at the top; the others
 * by expectation; those without one last. Whoever is as good and quicker is the better choice, so a linear classifier often
 * comes first.
 */
export function rankCandidates(candidates: readonly Omit<AdvisedCandidate, 'rank'>[]): AdvisedCandidate[] {
  const best = Math.max(...candidates.map(({ accuracy }) => accuracy?.value ?? -Infinity));
  const isClose = ({ accuracy }: Omit<AdvisedCandidate, 'rank'>) =>
    accuracy !== null && best - accuracy.value <= closeEnough;
  const value = ({ accuracy }: Omit<AdvisedCandidate, 'rank'>) => accuracy?.value ?? -Infinity;
  const seconds = (candidate: Omit<AdvisedCandidate, 'rank'>) => candidate.seconds?.value ?? Infinity;
  return [...candidates]
    .sort((a, b) => {
      const closeFirst = Number(isClose(b)) - Number(isClose(a));
      if (closeFirst !== 0) return closeFirst;
      return isClose(a)
        ? order(seconds(a), seconds(b)) || order(value(b), value(a)) || byName(a, b)
        : order(value(b), value(a)) || order(seconds(a), seconds(b)) || byName(a, b);
    })
    .map((candidate, index) => ({ ...candidate, rank: index + 1 }));
}

/** Also of infinities, whose difference is no number. */
function order(a: number, b: number): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

/** So that equals have an order of their own, whatever order they came in. */
function byName(a: Omit<AdvisedCandidate, 'rank'>, b: Omit<AdvisedCandidate, 'rank'>): number {
  const name = ({ strategy, versionId, parameters }: Omit<AdvisedCandidate, 'rank'>) =>
    JSON.stringify([strategy, versionId, parameters]);
  return order(name(a) < name(b) ? -1 : name(a) > name(b) ? 1 : 0, 0);
}
