import type { Promised } from '../advice.js';
import { fromLogOdds, slopeOfLogOdds } from '../log-odds.js';
import type { AdviceMeasurements, ModelMeasurements } from '../measurements.js';
import { bestCut, probeInLogOdds } from './best-cut.js';
import type { DrawnProbe } from './draw-probes.js';
import { gainFeatures, type AccuracyKnowledge } from './knowledge.js';
import { growthOfProbe } from './growth-of-probe.js';
import { measureGainFeatures } from './measure-gain-features.js';

/** What an expectation depends on, beside what the study has taught. */
export interface ExpectationInput {
  dataset: AdviceMeasurements['dataset'];
  model: ModelMeasurements;
  /** Pictures that the result will be tested on: few of them make any accuracy uncertain. */
  testPictures: number;
  /** False where the probe learned nothing: then no gain over it is expected either, only allowed for. */
  isLearned: boolean;
  /** The probe as it counts by what the model is worth elsewhere; left out: as it was measured. */
  drawn?: DrawnProbe | undefined;
  /** Digest of its weights, by which the study may know it. */
  weightsDigest?: string | undefined;
}

/** A feature far outside of what the study has seen says no more than one at its edge, in standard deviations. */
const furthest = 2.5;

/**
 * The test accuracy to expect of a family's jobs: the best probe, drawn to what the model is worth elsewhere, plus what such
 * jobs gained over theirs in the study. The interval holds 80 % and is made of three parts: pictures of the probe, pictures of
 * the test, and what the study could not explain.
 *
 * @returns undefined where the model has no probe
 */
export function expectAccuracy(input: ExpectationInput, known: AccuracyKnowledge): Promised | undefined {
  const { dataset, model, testPictures, isLearned, drawn } = input;
  const cut = bestCut(model);
  if (cut === undefined) return undefined;
  const measured = probeInLogOdds(cut);
  const growth = growthOfProbe(model.learningCurve, cut.pictures, dataset.train);
  const probe = measured.value + growth + (drawn?.shift ?? 0);
  const ofNetwork = input.weightsDigest === undefined ? undefined : known.networks?.[input.weightsDigest];
  const gain = known.gain + (ofNetwork ?? 0) + gainBy(input, known);
  const centre = probe + (isLearned ? gain : Math.min(0, gain));
  const value = fromLogOdds(centre);
  const ofProbe = drawn?.deviation ?? measured.deviation;
  const ofTest = testPictures > 0 ? 1 / Math.sqrt(testPictures * slopeOfLogOdds(value)) : 0;
  const deviation = Math.hypot(
    ofNetwork === undefined ? known.spreadOfUnknown : known.spread,
    ofProbe,
    ofTest,
    growth / 2,
  );
  return {
    value,
    low: fromLogOdds(centre + Math.min(0, known.low) * deviation),
    high: fromLogOdds(Math.max(centre, probe + gain) + Math.max(0, known.high) * deviation),
  };
}

/** What the features of this model and data set add to the mean gain. */
function gainBy({ dataset, model }: ExpectationInput, { coefficients }: AccuracyKnowledge): number {
  const measured = measureGainFeatures(dataset, model);
  return gainFeatures.reduce((sum, name) => {
    const known = coefficients[name];
    const value = measured[name];
    if (known === undefined || value === null || !Number.isFinite(value)) return sum;
    const deviations = Math.min(furthest, Math.max(-furthest, (value - known.mean) / known.scale));
    // Whatever a fit says, a better probe is no reason to expect less.
    const least = name === 'probe' ? -known.scale : -Infinity;
    return sum + Math.max(least, known.coefficient) * deviations;
  }, 0);
}
