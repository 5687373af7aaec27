/**
 * Mid-p McNemar test: how probable it is that two classifiers of equal skill disagree at least this one-sidedly. Only
 * the pictures that exactly one of them names rightly count. The mid-p version keeps its promised error rate with few
 * such pictures, where the exact test is too cautious and the chi-squared one is wrong.
 *
 * @param onlyFirst pictures that the first names rightly and the second does not
 * @returns two-sided p-value in (0, 1]
 * @see Dietterich, "Approximate Statistical Tests for Comparing Supervised Classification Learning Algorithms", 1998,
 *   section 3.1: the test for one training of each
 * @see Fagerland, Lydersen & Laake, "The McNemar test for binary matched-pairs data: mid-p and asymptotic are better
 *   than exact conditional", 2013, equations 5 and 6
 */
export function mcnemarMidP(onlyFirst: number, onlySecond: number): number {
  const count = onlyFirst + onlySecond;
  const fewer = Math.min(onlyFirst, onlySecond);
  if (count === 0) return 1;
  let logProbability = -count * Math.LN2;
  let below = 0;
  for (let k = 0; k < fewer; k++) {
    below += Math.exp(logProbability);
    logProbability += Math.log((count - k) / (k + 1));
  }
  const atFewer = Math.exp(logProbability);
  return onlyFirst === onlySecond ? 1 - atFewer / 2 : Math.min(1, 2 * below + atFewer);
}
