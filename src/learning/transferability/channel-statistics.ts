import type { FeatureMatrix } from '../features/compute-features.js';
import { requireFiniteFeatures } from './labelled-feature-matrix.js';

/** Mean and variance of every channel (feature) over some pictures: what a diagonal Fréchet distance is made of. */
export interface ChannelStatistics {
  /** [featureDim]. */
  mean: number[];
  /** [featureDim], the squared deviations summed over the pictures and divided by their number. */
  variance: number[];
}

/**
 * Mean and variance of every channel over the pictures of a feature matrix. Two passes in float64: E[x²] − E[x]² loses all
 * digits where the mean is large.
 *
 * @throws ZooError FEATURES_NOT_FINITE
 */
export function channelStatistics(features: FeatureMatrix): ChannelStatistics {
  const { rows, featureDim, data } = features;
  if (rows < 1) throw new RangeError('a mean of no pictures');
  requireFiniteFeatures(features);
  const mean = new Float64Array(featureDim);
  for (let row = 0; row < rows; row++) {
    const from = row * featureDim;
    for (let j = 0; j < featureDim; j++) mean[j] = (mean[j] as number) + (data[from + j] as number);
  }
  for (let j = 0; j < featureDim; j++) mean[j] = (mean[j] as number) / rows;
  const squares = new Float64Array(featureDim);
  for (let row = 0; row < rows; row++) {
    const from = row * featureDim;
    for (let j = 0; j < featureDim; j++) {
      const centred = (data[from + j] as number) - (mean[j] as number);
      squares[j] = (squares[j] as number) + centred * centred;
    }
  }
  return { mean: Array.from(mean), variance: Array.from(squares, (sum) => sum / rows) };
}
