import type { Tensor } from '@tensorflow/tfjs-core';
import type { Tf } from '../tensor-program.js';
import { requireTensor } from './own-function.js';

/** What a penalty is told of a weight. */
export interface PenalizedWeight {
  /** `layer/weight`, for example `block_13_expand/kernel`. */
  name: string;
  /** Whether it belongs to the new head, which no pretrained model has. */
  isHead: boolean;
  /** Its value when training began, of its shape; the same after going on from a checkpoint. */
  start: Tensor;
}

/**
 * What is added to the mean loss for one weight: a pull towards where it started (L2-SP), towards zero, towards few values.
 * Called for every weight that the optimizer moves. Written in tfjs' operations, recorded once and perhaps compiled, so pure;
 * it must have a finite gradient where training begins (the length of `weight − start` has none there, its square has).
 *
 * @param weight float32, of its own shape.
 * @returns float32 scalar. One that does not depend on the weight, such as `tf.scalar(0)`, pulls at nothing.
 * @see Li, Grandvalet and Davoine 2018, "Explicit Inductive Bias for Transfer Learning with Convolutional Networks", section 3
 */
export type WeightPenalty = (tf: Tf, weight: Tensor, of: PenalizedWeight) => Tensor;

/**
 * A weight's penalty and its gradient, undefined where it has none.
 *
 * @throws ZooError TRAINING_FUNCTION_INVALID
 */
export function differentiatePenalty(
  tf: Tf,
  penalty: WeightPenalty,
  weight: Tensor,
  of: PenalizedWeight,
): { value: Tensor; gradient: Tensor | undefined } {
  const compute = () => requireTensor('penalty', penalty(tf, weight, of), [], 'the penalty of one weight');
  // Of tfjs' ways to a gradient the only one that lets a penalty leave a weight out.
  const { value, grads } = tf.engine().gradients(compute, [weight], undefined, true);
  return { value, gradient: (grads as (Tensor | undefined)[])[0] };
}
