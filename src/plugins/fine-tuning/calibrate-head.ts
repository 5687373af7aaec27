import type { LabelledFeatures, LinearProbe } from '../contract.js';
import { scoreProbe } from '../score-probe.js';

/** Scalings that are looked at, as powers of e. Not much sharper ones: few validation pictures may all be right by luck. */
const range = [-5, 2] as const;
const precision = 1e-3;

/**
 * A head whose probabilities fit the validation pictures: weights and bias divided by one temperature. No picture is
 * named otherwise, but a head that was fitted to all but separate the training pictures is no longer surer than it can
 * be, so that training does not start by repairing that, nor by large steps through large weights.
 *
 * @see Guo et al., "On Calibration of Modern Neural Networks", 2017, section 4.2 (temperature scaling)
 */
export function calibrateHead(
  head: LinearProbe,
  validation: LabelledFeatures,
): { weights: Float32Array; bias: Float32Array; temperature: number } {
  const logits = scoreProbe(head, validation);
  const lossAt = (power: number) => crossEntropy(logits, validation.labels, Math.exp(power));
  const scale = Math.exp(minimize(lossAt, range));
  return {
    weights: head.weights.map((value) => value * scale),
    bias: head.bias.map((value) => value * scale),
    temperature: 1 / scale,
  };
}

/** Mean of −log softmax(scale · logits) at the label. */
function crossEntropy(logits: Float32Array, labels: Int32Array, scale: number): number {
  const numClasses = logits.length / labels.length;
  let sum = 0;
  labels.forEach((label, row) => {
    const scores = logits.subarray(row * numClasses, (row + 1) * numClasses);
    const highest = scores.reduce((max, value) => Math.max(max, value), -Infinity);
    const total = scores.reduce((all, value) => all + Math.exp(scale * (value - highest)), 0);
    sum += Math.log(total) - scale * ((scores[label] as number) - highest);
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
