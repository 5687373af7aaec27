import type { Tensor } from '@tensorflow/tfjs-core';
import type { OptimizerSpec } from '../engines/training-engine.js';
import type { OptimizerRule } from './optimizer-rule.js';

/**
 * Adam, and AdamW. With gradient g, learning rate η and step t:
 * m ← β₁·m + (1 − β₁)·g, v ← β₂·v + (1 − β₂)·g², w ← w − η · m̂ / (√v̂ + ε), where m̂ = m / (1 − β₁ᵗ), v̂ = v / (1 − β₂ᵗ).
 * Adam's weight decay λ is part of the gradient, g + λ·w; AdamW's is apart from it: w also loses η·λ·w.
 *
 * @see Kingma and Ba 2015, "Adam", algorithm 1
 * @see Loshchilov and Hutter 2019, "Decoupled Weight Decay Regularization", algorithm 2
 */
export function adam(spec: Extract<OptimizerSpec, { kind: 'adam' | 'adamw' }>): OptimizerRule {
  const { kind, beta1, beta2, epsilon } = spec;
  return {
    slots: ['firstMoment', 'secondMoment'],
    scalars: (step) => ({
      firstMomentCorrection: 1 / (1 - beta1 ** step),
      secondMomentCorrection: 1 / (1 - beta2 ** step),
    }),
    move(tf, { weight, gradient, learningRate, weightDecay, slots, scalars }) {
      const decays = weightDecay !== 0;
      const slope = decays && kind === 'adam' ? tf.add(gradient, tf.mul(weight, weightDecay)) : gradient;
      const firstMoment = tf.add(tf.mul(given(slots, 'firstMoment'), beta1), tf.mul(slope, 1 - beta1));
      const secondMoment = tf.add(
        tf.mul(given(slots, 'secondMoment'), beta2),
        tf.mul(tf.square(slope), 1 - beta2),
      );
      const rate = tf.mul(learningRate, given(scalars, 'firstMomentCorrection'));
      const deviation = tf.sqrt(tf.mul(secondMoment, given(scalars, 'secondMomentCorrection')));
      const change = tf.div(tf.mul(firstMoment, rate), tf.add(deviation, epsilon));
      const kept =
        decays && kind === 'adamw' ? tf.mul(weight, tf.sub(1, tf.mul(learningRate, weightDecay))) : weight;
      return { weight: tf.sub(kept, change), slots: { firstMoment, secondMoment } };
    },
  };
}

function given(tensors: Record<string, Tensor>, name: string): Tensor {
  const tensor = tensors[name];
  if (tensor === undefined) throw new Error(`Adam was run without ${name}`);
  return tensor;
}
