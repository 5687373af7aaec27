import type { WeightPenalty } from 'modelzoo/plugin';

/**
 * The penalty on one weight: α/2 |w − w⁰|² for a layer of the base model, w⁰ being its pretrained value, and β/2 |w|² for
 * the head, which has none.
 *
 * @see Li, Grandvalet and Davoine, "Explicit Inductive Bias for Transfer Learning with Convolutional Networks", 2018,
 *   section 3: the penalty L2-SP
 */
export function l2SpPenalty(alpha: number, beta: number): WeightPenalty {
  return (tf, weight, { isHead, start }) => {
    const moved = isHead ? weight : tf.sub(weight, start);
    return tf.mul(tf.sum(tf.square(moved)), (isHead ? beta : alpha) / 2);
  };
}
