import type { FeatureMatrix } from '../features/compute-features.js';
import { scoreLinear, type LinearHead } from '../linear/score-linear.js';
import { fitTemperature } from './fit-temperature.js';

/**
 * A head whose probabilities fit the validation pictures: weights and bias divided by one temperature. No picture is
 * named otherwise, but a head that was fitted to all but separate the training pictures is no longer surer than it can
 * be, so that training does not start by repairing that, nor by large steps through large weights.
 *
 * @param validation features of the validation pictures, with int32 [rows] labels.
 * @see Guo et al., "On Calibration of Modern Neural Networks", 2017, section 4.2 (temperature scaling)
 */
export function calibrateHead(
  head: LinearHead,
  validation: FeatureMatrix & { labels: Int32Array },
): LinearHead & { temperature: number } {
  const { temperature } = fitTemperature(scoreLinear(head, validation), validation.labels);
  return { ...divideByTemperature(temperature, head), temperature };
}

/** The same classifier, as sure as a temperature makes it. */
export function divideByTemperature(temperature: number, { weights, bias }: LinearHead): LinearHead {
  return {
    weights: weights.map((value) => value / temperature),
    bias: bias.map((value) => value / temperature),
  };
}
