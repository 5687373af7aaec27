import type { OptimizerRule } from '../../../../src/learning/training/programs/optimizer-rule.js';
import type { LossFunction } from '../../../../src/learning/training/programs/loss-function.js';
import type { WeightPenalty } from '../../../../src/learning/training/programs/weight-penalty.js';

/** Softmax cross-entropy, as a strategy would write it. */
export const crossEntropy: LossFunction = (tf, logits, targets) =>
  tf.neg(tf.sum(tf.mul(targets, tf.logSoftmax(logits)), 1));

/** @see Lin et al. 2017, "Focal Loss for Dense Object Detection", equation 4, γ = 2 */
export const focal: LossFunction = (tf, logits, targets) => {
  const logarithms = tf.logSoftmax(logits);
  const missing = tf.square(tf.sub(1, tf.exp(logarithms)));
  return tf.neg(tf.sum(tf.mul(tf.mul(targets, missing), logarithms), 1));
};

/** Half the squared length of a weight, times 0.05: weight decay. */
export const decay: WeightPenalty = (tf, weight) => tf.mul(0.5 * 0.05, tf.sum(tf.square(weight)));

/** Pulls pretrained weights to where they were, and those of the head to zero. */
export const towardsStart: WeightPenalty = (tf, weight, { isHead, start }) =>
  tf.mul(isHead ? 0.01 : 0.5, tf.sum(tf.square(isHead ? weight : tf.sub(weight, start))));

/** Leaves the head alone, and all that is no kernel. */
export const kernelsOnly: WeightPenalty = (tf, weight, { name, isHead, start }) =>
  isHead || !name.endsWith('kernel') ? tf.scalar(0) : tf.mul(0.5, tf.sum(tf.square(tf.sub(weight, start))));

/** SGD with momentum 0.9 as `sgd` has it, operation by operation. */
export const ownMomentum: OptimizerRule = {
  slots: ['momentum'],
  weightDecay: 1e-3,
  scalars: () => ({}),
  move(tf, { weight, gradient, learningRate, weightDecay, slots: { momentum } }) {
    const decayed = weightDecay === 0 ? gradient : tf.add(gradient, tf.mul(weight, weightDecay));
    const next = tf.sub(tf.mul(momentum as typeof weight, 0.9), tf.mul(decayed, learningRate));
    return { weight: tf.add(weight, next), slots: { momentum: next } };
  },
};

/** Two slots and a number that changes from step to step. @see Duchi et al. 2011 (AdaGrad), Polyak 1964 (heavy ball) */
export const adagrad: OptimizerRule = {
  slots: ['squares', 'velocity'],
  scalars: (step) => ({ warmth: Math.min(1, step / 4) }),
  move(tf, { weight, gradient, learningRate, slots, scalars }) {
    const { squares, velocity } = slots as Record<'squares' | 'velocity', typeof weight>;
    const sum = tf.add(squares, tf.square(gradient));
    const rate = tf.mul(learningRate, scalars['warmth'] as typeof weight);
    const change = tf.div(tf.mul(gradient, rate), tf.sqrt(tf.add(sum, 1e-6)));
    const next = tf.sub(tf.mul(velocity, 0.5), change);
    return { weight: tf.add(weight, next), slots: { squares: sum, velocity: next } };
  },
};
