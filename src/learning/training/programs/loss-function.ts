import type { Tensor } from '@tensorflow/tfjs-core';
import type { Tf } from '../tensor-program.js';
import { requireTensor } from './own-function.js';
import { softmaxCrossEntropy } from './softmax-cross-entropy.js';

/**
 * A loss of one's own, in place of softmax cross-entropy: how wrong a network is on each row. Written in tfjs' operations,
 * whose gradients are tfjs' own. It is recorded once and may be compiled, so it must be pure: read no value, draw no random
 * number, keep nothing from call to call. Each row's loss depends on that row alone, since parts of a batch are run apart.
 *
 * Class weights and padding are not its business: a row's loss is multiplied by the row's weight afterwards. It only has to be
 * finite where the targets are all zero, which is a row of padding.
 *
 * @param logits float32 [rows, classes].
 * @param targets float32 [rows, classes]: the distribution aimed at, each row adding up to 1; label smoothing and mixup are in it.
 * @returns float32 [rows].
 */
export type LossFunction = (tf: Tf, logits: Tensor, targets: Tensor) => Tensor;

/**
 * The loss of a batch: weighted, summed over its rows, not divided.
 *
 * @param targets [rows, classes]: each row a distribution times the row's weight; a row of zeros does not count.
 * @throws ZooError TRAINING_FUNCTION_INVALID
 */
export function sumLosses(tf: Tf, loss: LossFunction | undefined, logits: Tensor, targets: Tensor): Tensor {
  if (loss === undefined) return softmaxCrossEntropy(tf, logits, targets);
  const weights = tf.sum(targets, 1);
  const distributions = tf.div(targets, tf.expandDims(tf.maximum(weights, leastWeight), 1));
  const rows = logits.shape[0] ?? 0;
  const losses = requireTensor('loss', loss(tf, logits, distributions), [rows], 'one loss for each row');
  return tf.sum(tf.mul(losses, weights));
}

/** Below every weight that a row can have; a row of zeros stays one. */
const leastWeight = 1e-12;
