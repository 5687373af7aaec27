/** Scalings that are looked at, as powers of e. Not much sharper ones: few pictures may all be right by luck. */
const range = [-5, 2] as const;
const precision = 1e-3;

/**
 * The one temperature that logits are best divided by, so that their softmax is as sure as it is right, and the
 * cross-entropy that is left then. No picture is named otherwise by it.
 *
 * @param logits float32 [rows, classes], row-major.
 * @param labels int32 [rows].
 * @returns the loss is NaN where a logit is not finite.
 * @see Guo et al., "On Calibration of Modern Neural Networks", 2017, section 4.2 (temperature scaling)
 */
export function fitTemperature(
  logits: Float32Array,
  labels: Int32Array,
): { temperature: number; loss: number } {
  const lossAt = (power: number) => crossEntropy(logits, labels, Math.exp(power));
  const power = minimize(lossAt, range);
  return { temperature: Math.exp(-power), loss: lossAt(power) };
}

/** Mean of −log softmax(scale · logits) at the label; the largest logit is taken out first, so that nothing overflows. */
export function crossEntropy(logits: Float32Array, labels: Int32Array, scale = 1): number {
  const numClasses = logits.length / labels.length;
  let sum = 0;
  labels.forEach((label, row) => {
    const scores = logits.subarray(row * numClasses, (row + 1) * numClasses);
    const highest = scores.reduce((max, value) => Math.max(max, value), Number.NEGATIVE_INFINITY);
    const total = scores.reduce((all, value) => all + Math.exp(scale * (value - highest)), 0);
    sum += Math.log(total) - scale * ((scores[label] ?? Number.NaN) - highest);
  });
  return sum / labels.length;
}

/**
 * Where a function with one valley is lowest.
 *
 * @see Kiefer, "Sequential minimax search for a maximum", 1953 (golden section)
 */
function minimize(at: (x: number) => number, [from, to]: readonly [number, number]): number {
  const golden = (Math.sqrt(5) - 1) / 2;
  let [low, high]: [number, number] = [from, to];
  let [left, right] = [high - golden * (high - low), low + golden * (high - low)];
  let [atLeft, atRight] = [at(left), at(right)];
  while (high - low > precision) {
    if (atLeft <= atRight) {
      high = right;
      [right, atRight] = [left, atLeft];
      left = high - golden * (high - low);
      atLeft = at(left);
    } else {
      low = left;
      [left, atLeft] = [right, atRight];
      right = low + golden * (high - low);
      atRight = at(right);
    }
  }
  return (low + high) / 2;
}
