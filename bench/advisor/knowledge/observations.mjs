import { bestCut, probeError } from '../../../dist/advisor/recommend/best-cut.js';
import { measureGainFeatures } from '../../../dist/advisor/recommend/measure-gain-features.js';
import { strategyFamily } from '../../../dist/advisor/strategy-family.js';

/**
 * What a line of the advisor's study says of each family: the features that its gain may depend on, the probe it is over, and
 * the test accuracy that came out. A line whose model has no probe says nothing.
 */
export function observationsOf({ dataset, domain, model, seed, measurements, drawn, outcomes }) {
  const measured = measurements.models.find(({ versionId }) => versionId === model) ?? measurements.models[0];
  const cut = measured === undefined ? undefined : bestCut(measured);
  if (cut === undefined) return [];
  const features = measureGainFeatures(measurements.dataset, measured);
  const layers = layersThatCount(measured, cut);
  return outcomes
    .filter(({ strategy, parameters }) => isAdvised(strategy, parameters, layers))
    .map(({ strategy, parameters, accuracy, imageCount }) => ({
      family: strategyFamily(strategy, parameters),
      dataset,
      domain,
      model,
      seed,
      features,
      probeAccuracy: cut.probe.accuracy,
      drawn,
      probeError: probeError(cut.probe, cut.pictures),
      pictures: cut.pictures,
      accuracy,
      testPictures: imageCount ?? 0,
    }));
}

/** A linear classifier is advised at the best cut; where the study trained at candidates only, the best of those stands for it. */
function layersThatCount({ cuts }, best) {
  const candidates = bestCut({ cuts: cuts.filter(({ isCandidate }) => isCandidate) });
  return best.isCandidate || candidates === undefined ? [best.layer] : [best.layer, candidates.layer];
}

function isAdvised(strategy, { layer, initialization }, layers) {
  if (initialization === 'random') return false;
  return strategy !== 'feature-extraction-svm' || layer === undefined || layers.includes(layer);
}
