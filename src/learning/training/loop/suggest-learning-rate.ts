/** A point of a learning-rate range test. */
export interface RangeTestPoint {
  learningRate: number;
  smoothedLoss: number;
}

/** Share of the points at the start, where the rates are too small to do anything, that is left out. */
const skippedStart = 0.1;
/** A fall of less than this share of the loss is chance. */
const leastFall = 0.02;

/**
 * Reads a learning rate off the curve of a range test: the middle of the longest fall, where the loss goes down
 * fastest and both ends, of no progress and of divergence, are far. A fall may be broken by single points that rise.
 * Undefined where the loss does not fall.
 *
 * @see the rule `valley` of fastai's learning-rate finder: the longest decreasing subsequence, found by dynamic programming
 */
export function suggestLearningRate(curve: readonly RangeTestPoint[]): number | undefined {
  const points = curve.slice(Math.floor(curve.length * skippedStart));
  const lengths: number[] = [];
  let end = 0;
  points.forEach(({ smoothedLoss }, at) => {
    let longest = 0;
    for (let before = 0; before < at; before++) {
      if ((points[before]?.smoothedLoss ?? 0) > smoothedLoss)
        longest = Math.max(longest, lengths[before] ?? 0);
    }
    lengths.push(longest + 1);
    if (longest + 1 > (lengths[end] ?? 0)) end = at;
  });
  const start = Math.max(0, end + 1 - (lengths[end] ?? 1));
  const [first, last] = [points[start], points[end]];
  if (first === undefined || last === undefined) return undefined;
  if (first.smoothedLoss - last.smoothedLoss < leastFall * first.smoothedLoss) return undefined;
  return points[Math.floor((start + end) / 2)]?.learningRate;
}
