/**
 * Below this part of a typical gamma a channel is left out: training has switched it off, and dividing by next to nothing
 * would let it decide alone.
 */
const smallestGamma = 0.01;

/**
 * How far data lie from what a batch-normalisation layer saw in training: the root mean square, over channels, of the
 * shift of a channel's mean in the standard deviations that the layer stores. Its output is gamma · (x − mean) / deviation
 * + beta, so the mean of the output tells the shift without looking at the stored statistics.
 *
 * 0: the channels' means are those of the training data. 1: typically one stored deviation away. No upper end. It sees
 * neither the spread within a channel nor the labels: shifted data may be classified well, and data with equal means may
 * be hopeless. With few pictures, or pictures of few classes, the means are noisy and the shift is not 0 for the network's
 * own data.
 *
 * @param mean [channels], of the layer's output over pictures, height and width
 * @param gamma [channels], the layer's scale; ones where it has none
 * @param beta [channels], the layer's offset; zeros where it has none
 * @returns null where no channel is left: every gamma is 0
 * @see Li et al., "Revisiting Batch Normalization For Practical Domain Adaptation", 2016, section 3.1: the statistics of
 *   these layers tell domains apart
 */
export function batchNormShift(
  mean: ArrayLike<number>,
  gamma: ArrayLike<number>,
  beta: ArrayLike<number>,
): number | null {
  const channels = mean.length;
  if (gamma.length !== channels || beta.length !== channels) {
    throw new RangeError(`${channels} means, ${gamma.length} gammas and ${beta.length} betas`);
  }
  let squares = 0;
  for (let j = 0; j < channels; j++) squares += (gamma[j] as number) ** 2;
  const least = smallestGamma * Math.sqrt(squares / channels);
  let sum = 0;
  let counted = 0;
  for (let j = 0; j < channels; j++) {
    const scale = gamma[j] as number;
    if (scale === 0 || Math.abs(scale) < least) continue;
    sum += (((mean[j] as number) - (beta[j] as number)) / scale) ** 2;
    counted++;
  }
  return counted === 0 ? null : Math.sqrt(sum / counted);
}
