import { logOdds, smoothedShare } from '../log-odds.js';
import type { DatasetSize, ModelMeasurements } from '../measurements.js';
import { bestCut } from './best-cut.js';
import type { GainFeature } from './knowledge.js';

/** What the measurements of a model say of each feature that a gain may depend on; null: nothing. */
export function measureGainFeatures(
  dataset: Pick<DatasetSize, 'classes' | 'perClass'>,
  model: Pick<ModelMeasurements, 'cuts' | 'learningCurve' | 'similarity'>,
): Record<GainFeature, number | null> {
  const cut = bestCut(model);
  const { nearestNeighbours = null, hScore = null, logMe = null } = cut?.scores ?? {};
  const asLogOdds = (share: number) => logOdds(smoothedShare(share, cut?.pictures ?? 0));
  return {
    probe: cut === undefined ? null : asLogOdds(cut.probe.accuracy),
    picturesPerClass: Math.log2(Math.max(1, dataset.perClass.median)),
    lateGap: model.similarity?.lateGap ?? null,
    gainPerDoubling: model.learningCurve?.gainPerDoubling ?? null,
    batchNormShift: model.similarity?.batchNormShift ?? null,
    nearestNeighbours: nearestNeighbours === null ? null : asLogOdds(nearestNeighbours),
    hScore: hScore === null ? null : hScore / Math.max(1, dataset.classes - 1),
    logMe,
  };
}
