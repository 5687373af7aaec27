import type { Tensor } from '@tensorflow/tfjs-core';
import type { OptimizerSpec } from '../engines/training-engine.js';
import type { OptimizerRule } from './optimizer-rule.js';

/**
 * Stochastic gradient descent with momentum µ, in the form that Keras has, with the learning rate η inside the velocity:
 * v ← µ·v − η·g, then w ← w + v; with Nesterov's momentum w ← w + µ·v − η·g. Weight decay λ is part of the gradient,
 * g + λ·w.
 *
 * @see Sutskever et al. 2013, "On the importance of initialization and momentum in deep learning", equations 1–4
 * @see Keras, `keras/src/optimizers/sgd.py`, the class' docstring
 */
export function sgd({ momentum, nesterov }: Extract<OptimizerSpec, { kind: 'sgd' }>): OptimizerRule {
  return {
    slots: momentum === 0 ? [] : ['momentum'],
    scalars: () => ({}),
    move(tf, { weight, gradient, learningRate, weightDecay, slots }) {
      const decayed = weightDecay === 0 ? gradient : tf.add(gradient, tf.mul(weight, weightDecay));
      const change = tf.mul(decayed, learningRate);
      const velocity = slots['momentum'];
      if (velocity === undefined)
        return { weight: tf.sub(weight, change), slots: {} as Record<string, Tensor> };
      const next = tf.sub(tf.mul(velocity, momentum), change);
      const moved = nesterov ? tf.sub(tf.mul(next, momentum), change) : next;
      return { weight: tf.add(weight, moved), slots: { momentum: next } };
    },
  };
}
