import type { Tensor } from '@tensorflow/tfjs-core';
import type { Tf } from '../tensor-program.js';

/**
 * −Σ targets · log softmax(logits), summed over all rows. Softmax and logarithm are taken together, so a sure
 * prediction gives no infinity.
 *
 * @param targets [rows, classes]: each row a distribution times the row's weight; a row of zeros does not count.
 * @see Goodfellow, Bengio and Courville 2016, "Deep Learning", section 6.2.2.3
 */
export function softmaxCrossEntropy(tf: Tf, logits: Tensor, targets: Tensor): Tensor {
  return tf.neg(tf.sum(tf.mul(targets, tf.logSoftmax(logits))));
}
