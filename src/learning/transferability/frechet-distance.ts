import type { ChannelStatistics } from './channel-statistics.js';

/**
 * Fréchet distance between two sets of pictures as a network sees them at one cut, each described by a normal distribution
 * with independent channels: √(Σ (m₁ − m₂)² + Σ (s₁ − s₂)²) with m the mean and s the standard deviation of a channel. 0
 * for equal statistics, no upper end, in the units of the features.
 *
 * It compares data sets at the same cut of the same network only: features of another cut have another scale. It sees no
 * correlation between channels, so data of other classes with the same mean and spread look alike, and nothing in it knows
 * the labels. With few pictures the means are noisy, and noise counts as distance.
 *
 * @see Dowson & Landau, "The Fréchet distance between multivariate normal distributions", 1982, equation 16, for diagonal
 *   covariances
 * @see Heusel et al., "GANs Trained by a Two Time-Scale Update Rule Converge to a Local Nash Equilibrium", 2017, where the
 *   square of it, with full covariances, became the usual distance of picture sets
 */
export function diagonalFrechetDistance(a: ChannelStatistics, b: ChannelStatistics): number {
  const channels = a.mean.length;
  if ([a.variance, b.mean, b.variance].some((values) => values.length !== channels)) {
    throw new RangeError(`statistics of ${channels} and ${b.mean.length} channels are of different cuts`);
  }
  let square = 0;
  for (let j = 0; j < channels; j++) {
    const shift = (a.mean[j] as number) - (b.mean[j] as number);
    const spread = Math.sqrt(a.variance[j] as number) - Math.sqrt(b.variance[j] as number);
    square += shift * shift + spread * spread;
  }
  return Math.sqrt(square);
}
