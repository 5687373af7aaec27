/** What halving goes by: accuracy on held-out pictures at the best cut. */
export interface Standing {
  accuracy: number;
  standardError: number;
}

/** Best first; those that nothing could be said of come last; equal ones stay in their order. */
export function bestFirst<T extends { standing: Standing | null }>(contestants: readonly T[]): T[] {
  const accuracyOf = ({ standing }: T) => standing?.accuracy ?? -1;
  return contestants.toSorted((a, b) => accuracyOf(b) - accuracyOf(a));
}

/**
 * Who goes on to the next rung, best first: the better half, and of the others those that nobody can tell from the best,
 * which are less than a standard error of the difference behind it.
 *
 * @param mayAlsoStay asked of each of those, best first, with all who stay so far
 */
export function betterHalf<T extends { standing: Standing | null }>(
  contestants: readonly T[],
  mayAlsoStay: (stay: readonly T[], next: T) => boolean,
): T[] {
  const ranked = bestFirst(contestants);
  const stay = ranked.slice(0, Math.ceil(ranked.length / 2));
  const best = ranked[0]?.standing;
  for (const next of ranked.slice(stay.length)) {
    if (best && next.standing && isTooCloseToCall(best, next.standing) && mayAlsoStay(stay, next))
      stay.push(next);
  }
  return stay;
}

function isTooCloseToCall(best: Standing, other: Standing): boolean {
  return best.accuracy - other.accuracy < Math.hypot(best.standardError, other.standardError);
}
