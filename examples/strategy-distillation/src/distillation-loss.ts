import type { Scalar, Tensor2D } from '@tensorflow/tfjs-core';
import type { TfWithLayers } from 'modelzoo/plugin';

/** What a batch's answers are held against. */
export interface DistillationTargets {
  /** The teacher's logits, float32 [batch, classes]. */
  teacher: Tensor2D;
  /** 1 at the true class, float32 [batch, classes]. */
  labels: Tensor2D;
  temperature: number;
  /** Share of the teacher in the loss, in [0, 1]. */
  softWeight: number;
}

/**
 * Mean over a batch of w · T² · H(softmax(teacher / T), softmax(student / T)) + (1 − w) · H(labels, softmax(student)), H being the
 * cross-entropy. T² makes up for gradients that shrink with 1/T², so that the two parts keep their shares at any temperature.
 *
 * @param logits the student's, float32 [batch, classes]
 * @see Hinton, Vinyals and Dean, "Distilling the Knowledge in a Neural Network", 2015, section 2
 */
export function distillationLoss(
  tf: TfWithLayers,
  logits: Tensor2D,
  { teacher, labels, temperature, softWeight }: DistillationTargets,
): Scalar {
  const crossEntropy = (targets: Tensor2D, scores: Tensor2D): Scalar =>
    tf.neg(tf.mean(tf.sum(tf.mul(targets, tf.logSoftmax(scores)), 1)));
  const soft = crossEntropy(tf.softmax(tf.div(teacher, temperature)), tf.div(logits, temperature));
  const hard = crossEntropy(labels, logits);
  return tf.add(tf.mul(soft, softWeight * temperature ** 2), tf.mul(hard, 1 - softWeight));
}
