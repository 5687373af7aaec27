import { logOdds, smoothedShare } from '../log-odds.js';
import type { ModelMeasurements } from '../measurements.js';
import { bestCut, probeError } from './best-cut.js';
import { growthOfProbe } from './growth-of-probe.js';

/** A model's probe as it counts, in log-odds. */
export interface DrawnProbe {
  /** What is added to what was measured. */
  shift: number;
  /** Standard deviation of the sum: less than that of what was measured. */
  deviation: number;
}

/**
 * What is added to each model's probe for what the models are worth on other data sets: nothing where many
 * pictures were seen, and the more the fewer they were, since fifty tell two networks apart only where one is far better.
 * What all models have in common is left as it was measured; how they differ is the mean of what was measured here and of
 * what is known from elsewhere, each weighted by how certain it is.
 *
 * @param train training pictures that there are
 * @param spread standard deviation of a model's worth from one data set to another, in log-odds
 * @returns by version; models without a probe, or of which nothing is known from elsewhere, are not in it
 * @see Efron & Morris, "Stein's Estimation Rule and Its Competitors", 1973
 */
export function drawProbes(
  models: readonly Pick<ModelMeasurements, 'versionId' | 'cuts' | 'learningCurve' | 'elsewhere'>[],
  train: number,
  spread: number,
): Map<string, DrawnProbe> {
  const known = models.flatMap(({ versionId, elsewhere, learningCurve, ...model }) => {
    const cut = bestCut(model);
    if (cut === undefined || elsewhere === undefined || elsewhere.datasets === 0) return [];
    const share = smoothedShare(cut.probe.accuracy, cut.pictures);
    const growth = growthOfProbe(learningCurve, cut.pictures, train);
    const ofProbe = probeError(cut.probe, cut.pictures) / (share * (1 - share));
    return [
      {
        versionId,
        here: logOdds(share) + growth,
        probeVariance: ofProbe ** 2,
        hereVariance: ofProbe ** 2 + (growth / 2) ** 2,
        there: elsewhere.difference,
        thereVariance: spread ** 2 * (1 + 1 / elsewhere.datasets),
      },
    ];
  });
  if (known.length < 2) return new Map();
  const here = mean(known.map((one) => one.here));
  const there = mean(known.map((one) => one.there));
  return new Map(
    known.map((one) => {
      const toElsewhere = one.hereVariance / (one.hereVariance + one.thereVariance);
      const shift = toElsewhere * (here + one.there - there - one.here);
      // What all have in common is the mean of as many probes.
      const part = 1 / known.length + (1 - 1 / known.length) * (1 - toElsewhere);
      return [one.versionId, { shift, deviation: Math.sqrt(one.probeVariance * part) }];
    }),
  );
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
