/**
 * Accuracies as log-odds, ln(p / (1 − p)), where a gain means the same near 50 % and near 99 %, and no sum leaves 0 to 1.
 */

/** Nearer to 0 or 1 nothing is told apart: one picture in ten thousand. */
const margin = 1e-4;

export function logOdds(accuracy: number): number {
  const inside = Math.min(1 - margin, Math.max(margin, accuracy));
  return Math.log(inside / (1 - inside));
}

export function fromLogOdds(value: number): number {
  return 1 / (1 + Math.exp(-value));
}

/** Of accuracy by log-odds: p (1 − p). A small error of the one over it is that of the other. */
export const slopeOfLogOdds = (accuracy: number): number => Math.max(1e-4, accuracy * (1 - accuracy));

/**
 * A share of so many pictures, drawn in by half a picture on either side: of 20 pictures right out of 20, it does not say
 * that none will ever be wrong.
 *
 * @see Haldane, "The estimation and significance of the logarithm of a ratio of frequencies", 1956
 */
export function smoothedShare(share: number, pictures: number): number {
  const count = Math.max(1, pictures);
  return (share * count + 0.5) / (count + 1);
}
