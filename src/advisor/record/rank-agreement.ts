import { weightedKendallTau } from '../../learning/transferability/weighted-kendall-tau.js';

/** How well the order that advices promised was the order of what happened. */
export interface RankAgreement {
  /** Advices of which at least two lines were launched. */
  advices: number;
  /** Mean weighted Kendall τ over those, −1 to 1; null where there is none, or nothing differed. */
  tau: number | null;
}

/**
 * Compares the promised order of each advice's lines with how they turned out. Swaps at the top count most.
 *
 * @param advices for each the lines that became jobs
 * @see Vigna, "A Weighted Correlation Index for Rankings with Ties", 2015
 */
export function rankAgreement(
  advices: readonly (readonly { promised: number; actual: number }[])[],
): RankAgreement {
  const taus = advices
    .filter((lines) => lines.length >= 2)
    .flatMap((lines) => {
      const promised = lines.map((line) => line.promised);
      const actual = lines.map((line) => line.actual);
      return weightedKendallTau(promised, actual) ?? [];
    });
  const total = taus.reduce((sum, tau) => sum + tau, 0);
  return { advices: taus.length, tau: taus.length === 0 ? null : total / taus.length };
}
