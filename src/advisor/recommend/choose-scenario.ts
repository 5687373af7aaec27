import type { Scenario } from '../advice.js';
import type { AdviceMeasurements, ModelMeasurements } from '../measurements.js';
import type { ScenarioThresholds } from './knowledge.js';

/**
 * Which of the four scenarios a model and a data set are in.
 *
 * **Size.** Doublings of the pictures per class above the threshold, less what the learning curve's last doubling still
 * brings over its threshold, within one doubling either way: a probe that goes on gaining has few pictures for what there is
 * to learn, one that gains nothing has many.
 *
 * **Similarity.** The shift of batch statistics over its threshold: it needs no labels, and in the study a network's shift on
 * pictures of one kind was much the same whatever their number. A network without batch normalisation has the late gap over
 * its own instead, which is a poor measure: it changes with the number. Above 1 the data are different; with neither they count
 * as similar.
 *
 * @see Stanford CS231n, "Transfer Learning": the four scenarios
 */
export function chooseScenario(
  dataset: Pick<AdviceMeasurements['dataset'], 'perClass'>,
  { learningCurve, similarity }: Pick<ModelMeasurements, 'learningCurve' | 'similarity'>,
  thresholds: ScenarioThresholds,
): Scenario {
  const doublings = Math.log2(Math.max(1, dataset.perClass.median) / thresholds.picturesPerClass);
  const steepness =
    learningCurve === null ? 0 : learningCurve.gainPerDoubling / thresholds.gainPerDoubling - 1;
  const isLarge = doublings - Math.min(1, Math.max(-1, steepness)) >= 0;
  const difference =
    ratio(similarity?.batchNormShift, thresholds.batchNormShift) ??
    ratio(similarity?.lateGap, thresholds.lateGap) ??
    0;
  return `${isLarge ? 'LARGE' : 'SMALL'}_${difference > 1 ? 'DIFFERENT' : 'SIMILAR'}`;
}

function ratio(value: number | null | undefined, threshold: number | null): number | undefined {
  return value === null || value === undefined || threshold === null ? undefined : value / threshold;
}
