/**
 * How well two lists of numbers agree on an order, where agreement at the top counts most: weighted Kendall τ with
 * additive hyperbolic weights. Each pair that both order alike counts for it, each that they order differently against it,
 * with weight 1/(r₁ + 1) + 1/(r₂ + 1) for the ranks r of the two, from 0 for the largest number. Ranks by the first list
 * and by the second are both taken and the two results averaged. Equals `scipy.stats.weightedtau`.
 *
 * @returns 1: the same order; 0: no relation; −1: the reverse. Null where there is no order to compare: fewer than two
 *   numbers, or a list of equal ones
 * @see Vigna, "A Weighted Correlation Index for Rankings with Ties", 2015, sections 4 and 5
 */
export function weightedKendallTau(a: ArrayLike<number>, b: ArrayLike<number>): number | null {
  const count = a.length;
  if (b.length !== count) throw new RangeError(`${count} numbers and ${b.length} have no common order`);
  for (let at = 0; at < count; at++) {
    if (Number.isNaN(a[at]) || Number.isNaN(b[at])) throw new RangeError(`number ${at} is NaN`);
  }
  const byFirst = tauByRanks(a, b, ranks(a, b));
  const bySecond = tauByRanks(a, b, ranks(b, a));
  return byFirst === null || bySecond === null ? null : (byFirst + bySecond) / 2;
}

function tauByRanks(a: ArrayLike<number>, b: ArrayLike<number>, rank: Int32Array): number | null {
  let agreement = 0;
  let orderedByA = 0;
  let orderedByB = 0;
  for (let i = 0; i < a.length; i++) {
    for (let j = 0; j < i; j++) {
      const signA = compare(a[i], a[j]);
      const signB = compare(b[i], b[j]);
      const weight = 1 / ((rank[i] as number) + 1) + 1 / ((rank[j] as number) + 1);
      agreement += signA * signB * weight;
      orderedByA += signA * signA * weight;
      orderedByB += signB * signB * weight;
    }
  }
  if (orderedByA === 0 || orderedByB === 0) return null;
  // Rounding must not make a perfect order more than perfect.
  return Math.max(-1, Math.min(1, agreement / Math.sqrt(orderedByA * orderedByB)));
}

/** The rank of every number, largest first; equal ones by the other list. */
function ranks(values: ArrayLike<number>, ties: ArrayLike<number>): Int32Array {
  const order = Array.from({ length: values.length }, (_, at) => at).sort(
    (i, j) => compare(values[j], values[i]) || compare(ties[j], ties[i]),
  );
  const rank = new Int32Array(order.length);
  order.forEach((at, position) => (rank[at] = position));
  return rank;
}

/** Infinite numbers are ordered too: their difference would be NaN. */
const compare = (x = 0, y = 0): number => (x < y ? -1 : x > y ? 1 : 0);
