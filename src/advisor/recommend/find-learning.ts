import { normalQuantile } from '../normal-quantile.js';
import type { AdviceMeasurements, ModelMeasurements } from '../measurements.js';
import { bestCut, probedCuts, probeError, type ProbedCut } from './best-cut.js';

type Model = Pick<ModelMeasurements, 'cuts' | 'learningCurve'>;

/** Whether any probe tells the classes apart, and which one shows it. */
export interface Learning {
  isLearned: boolean;
  best: ProbedCut;
  /** Whose it is. */
  model: Model;
  /** Of the best probe's accuracy. */
  standardError: number;
  /** What a probe has to be better than: below it, its accuracy is what chance gives. */
  neededAccuracy: number;
}

/** The share of chance results that one probe would exceed by two standard errors. */
const tailOfTwoErrors = 0.02275;

/**
 * Whether the pictures teach anything that a linear probe can see: its accuracy must be above that of naming the largest
 * class every time, by two standard errors, and by more where the best of many probes is looked at, since the best of many
 * is often that good by chance.
 *
 * @returns undefined where no model has a probe
 * @see Dunn, "Multiple Comparisons among Means", 1961 (Bonferroni's correction)
 */
export function findLearning(
  { majorityShare }: Pick<AdviceMeasurements['dataset'], 'majorityShare'>,
  models: readonly Model[],
): Learning | undefined {
  const [leader] = models
    .flatMap((model) => {
      const best = bestCut(model);
      return best === undefined ? [] : [{ model, best }];
    })
    .sort((a, b) => b.best.probe.accuracy - a.best.probe.accuracy);
  if (leader === undefined) return undefined;
  const { best, model } = leader;
  const probes = models.reduce((sum, one) => sum + probedCuts(one).length, 0);
  const ofChance = Math.sqrt((majorityShare * (1 - majorityShare)) / Math.max(1, best.pictures));
  const standardError = Math.max(probeError(best.probe, best.pictures), ofChance);
  const neededAccuracy = majorityShare + normalQuantile(1 - tailOfTwoErrors / probes) * standardError;
  return { isLearned: best.probe.accuracy > neededAccuracy, best, model, standardError, neededAccuracy };
}
