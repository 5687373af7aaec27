import type { Recommendation } from '../advice.js';
import type { ModelMeasurements } from '../measurements.js';
import { bestCut } from './best-cut.js';
import { drawProbes, type DrawnProbe } from './draw-probes.js';
import { findLearning, type Learning } from './find-learning.js';
import type { MeasuredModel } from './measured-model.js';
import type { AdvisedModel, RecommendInput } from './recommend-input.js';

/**
 * Which of the models that were asked about can be ranked, and why the others cannot. Those that the halving dropped are
 * ranked by what they did before: others did better there, but may cost more.
 */
export interface MeasuredModels {
  measured: MeasuredModel[];
  notMeasured: Recommendation['notMeasured'];
  /** Of the best probe of all; undefined where no model has one. */
  learning: Learning | undefined;
}

export function measuredModels(input: RecommendInput): MeasuredModels {
  const { measurements, models, knowledge } = input;
  const notMeasured: Recommendation['notMeasured'] = [];
  const usable: { advised: AdvisedModel; model: ModelMeasurements }[] = [];
  for (const model of measurements.models) {
    const advised = models.find(({ versionId }) => versionId === model.versionId);
    const reason = whyNotRanked(model);
    if (reason !== undefined) notMeasured.push({ versionId: model.versionId, reason });
    else if (advised !== undefined) usable.push({ advised, model });
    else notMeasured.push({ versionId: model.versionId, reason: 'It is not there any more.' });
  }
  // Also of those that nobody asks about now: what was seen of the pictures was seen of all.
  const probed = measurements.models.filter((model) => whyNotRanked(model) === undefined);
  const learning = usable.length === 0 ? undefined : findLearning(measurements.dataset, probed);
  // One that saw few pictures has no curve of its own, and gains from the others as the best does.
  const withCurve = (model: ModelMeasurements): ModelMeasurements => ({
    ...model,
    learningCurve: model.learningCurve ?? learning?.model.learningCurve ?? null,
  });
  const drawn = learning?.isLearned
    ? drawProbes(probed.map(withCurve), measurements.dataset.train, knowledge.networks.spread)
    : new Map<string, DrawnProbe>();
  const measured = usable.flatMap(({ advised, model }): MeasuredModel[] => {
    const cut = bestCut(model);
    if (cut === undefined || learning === undefined) return [];
    const isLearned = cut.probe.accuracy > learning.neededAccuracy;
    const drawnProbe = isLearned ? drawn.get(advised.versionId) : undefined;
    return [{ input, advised, model: withCurve(model), cut, isLearned, drawn: drawnProbe }];
  });
  return { measured, notMeasured, learning };
}

/** Why a model has no place in the ranking; undefined where it has one. */
function whyNotRanked(model: ModelMeasurements): string | undefined {
  if (model.state === 'NOT_REACHED' || model.state === 'UNUSABLE') {
    return model.reason ?? reasonOfState[model.state];
  }
  return bestCut(model) === undefined
    ? 'No linear probe could be solved on its features: that takes two classes with two training pictures each.'
    : undefined;
}

const reasonOfState = {
  NOT_REACHED: 'The budget ended before it was measured.',
  UNUSABLE: 'It cannot take these pictures.',
} as const;
