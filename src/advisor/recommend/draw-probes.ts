import type { ModelMeasurements } from '../measurements.js';
import { bestCut, probeInLogOdds } from './best-cut.js';
import { growthOfProbe } from './growth-of-probe.js';

/** A model's probe as it counts, in log-odds. */
export interface DrawnProbe {
  /** What is added to what was measured. */
  shift: number;
  /** Standard deviation of the sum: less than that of what was measured. */
  deviation: number;
}

/**
 * What is added to each model's probe for what the models are worth on other data sets: nothing where many pictures were
 * seen, and the more the fewer they were, since fifty tell two networks apart only where one is far better. Each probe
 * becomes the mean of what was measured here and of what is foretold from elsewhere, weighted by how certain each is. What is
 * foretold has the level of this data set, which all models measured here tell.
 *
 * @param train training pictures that there are
 * @param spread standard deviation of a model's worth from one data set to another, in log-odds
 * @returns by version, of models with a probe; one of which nothing is known counts as a model like the others. None where
 *   nothing is known of any
 * @see Efron & Morris, "Stein's Estimation Rule and Its Competitors", 1973
 */
export function drawProbes(
  models: readonly Pick<ModelMeasurements, 'versionId' | 'cuts' | 'learningCurve' | 'elsewhere'>[],
  train: number,
  spread: number,
): Map<string, DrawnProbe> {
  if (models.every(({ elsewhere }) => elsewhere === undefined)) return new Map();
  const probed = models.flatMap(({ versionId, elsewhere, learningCurve, ...model }) => {
    const cut = bestCut(model);
    if (cut === undefined) return [];
    const { value, deviation } = probeInLogOdds(cut);
    const growth = growthOfProbe(learningCurve, cut.pictures, train);
    const { difference, datasets } = elsewhere ?? { difference: 0, datasets: 0 };
    return [
      {
        versionId,
        here: value + growth,
        // Of the growth all are as uncertain alike: it does not tell them apart.
        hereVariance: deviation ** 2,
        there: difference,
        // The difference itself was drawn to 0, as if by one more data set.
        thereVariance: spread ** 2 * (1 + 1 / (datasets + 1)),
      },
    ];
  });
  if (probed.length < 2) return new Map();
  const certainty = probed.map((one) => 1 / (one.hereVariance + one.thereVariance));
  const total = certainty.reduce((sum, weight) => sum + weight, 0);
  const level =
    probed.reduce((sum, one, at) => sum + (certainty[at] ?? 0) * (one.here - one.there), 0) / total;
  return new Map(
    probed.map((one) => {
      const part = one.hereVariance / (one.hereVariance + one.thereVariance);
      const shift = part * (level + one.there - one.here);
      // Of what was measured here less is left, and the level is uncertain too.
      const variance = one.hereVariance * (1 - part) + part ** 2 / total;
      return [one.versionId, { shift, deviation: Math.sqrt(variance) }];
    }),
  );
}
