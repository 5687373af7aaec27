import { fitTemperature } from '../../learning/evaluation/fit-temperature.js';
import type { LabelledFeatures, LinearProbe } from '../contract.js';
import { scoreProbe } from '../probe/score-probe.js';

/** The numbers of a linear classifier. */
interface Head {
  weights: Float32Array;
  bias: Float32Array;
}

/**
 * A head whose probabilities fit the validation pictures: weights and bias divided by one temperature. No picture is
 * named otherwise, but a head that was fitted to all but separate the training pictures is no longer surer than it can
 * be, so that training does not start by repairing that, nor by large steps through large weights.
 */
export function calibrateHead(
  head: LinearProbe,
  validation: LabelledFeatures,
): Head & { temperature: number } {
  const { temperature } = fitTemperature(scoreProbe(head, validation), validation.labels);
  return { ...dividedBy(temperature, head), temperature };
}

/** The same classifier, as sure as a temperature makes it. */
export function dividedBy(temperature: number, { weights, bias }: Head): Head {
  return {
    weights: weights.map((value) => value / temperature),
    bias: bias.map((value) => value / temperature),
  };
}
