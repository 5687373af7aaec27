import type { Tensor } from '@tensorflow/tfjs-core';
import type { Tf } from '../training/tensor-program.js';

/** Learnt scale and shift per channel; a layer may lack either. */
export interface Normalization {
  gamma: Tensor | undefined;
  beta: Tensor | undefined;
  epsilon: number;
}

/**
 * Normalises every channel by the batch's own mean and variance: y = gamma · (x − mean) / √(variance + epsilon) + beta.
 *
 * The variance is the mean of squared deviations: E[x²] − E[x]² loses all digits where the mean is large. The gradient is
 * the closed form, which has no large terms that cancel.
 *
 * @param x [batch, …, channels]
 * @returns mean and variance [channels], over the batch and all positions; the variance is divided by their number.
 * @see Ioffe and Szegedy 2015, "Batch Normalization", algorithm 1 and the equations of section 3.
 */
export function normalizeByBatch(
  x: Tensor,
  { gamma, beta, epsilon }: Normalization,
  tf: Tf,
): { output: Tensor; mean: Tensor; variance: Tensor } {
  const axes = x.shape.map((_length, axis) => axis).slice(0, -1);
  const channels = x.shape.at(-1) ?? 1;
  const mean = tf.mean(x, axes);
  const variance = tf.mean(tf.square(tf.sub(x, mean)), axes);
  const normalize = tf.customGrad((...args) => {
    const save = args.pop() as unknown as (tensors: Tensor[]) => void;
    const [scale, shift] = args.slice(1) as [Tensor, Tensor];
    const inverse = tf.rsqrt(tf.add(variance, epsilon));
    const centred = tf.sub(x, mean);
    save([centred, inverse, scale]);
    return {
      value: tf.add(tf.mul(centred, tf.mul(inverse, scale)), shift),
      gradFunc: (dy, saved) => gradients(dy, saved as [Tensor, Tensor, Tensor], axes, tf),
    };
  });
  const output = normalize(x, gamma ?? tf.ones([channels]), beta ?? tf.zeros([channels]));
  return { output, mean, variance };
}

/**
 * With x̂ = (x − mean) / √(variance + epsilon) and averages over the batch and all positions:
 * ∂x = gamma / √(variance + epsilon) · (∂y − avg(∂y) − x̂ · avg(∂y · x̂)), ∂gamma = Σ ∂y · x̂, ∂beta = Σ ∂y.
 */
function gradients(
  dy: Tensor,
  [centred, inverse, scale]: [Tensor, Tensor, Tensor],
  axes: number[],
  tf: Tf,
): Tensor[] {
  const count = axes.reduce((product, axis) => product * (dy.shape[axis] ?? 1), 1);
  const normalized = tf.mul(centred, inverse);
  const shiftGradient = tf.sum(dy, axes);
  const scaleGradient = tf.sum(tf.mul(dy, normalized), axes);
  const alongMean = tf.mul(shiftGradient, 1 / count);
  const alongVariance = tf.mul(normalized, tf.mul(scaleGradient, 1 / count));
  const inputGradient = tf.mul(tf.sub(tf.sub(dy, alongMean), alongVariance), tf.mul(inverse, scale));
  return [inputGradient, scaleGradient, shiftGradient];
}
