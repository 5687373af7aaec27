import type { Recommendation } from '../advice.js';
import type { ModelMeasurements } from '../measurements.js';
import { bestCut } from './best-cut.js';
import { builtInCandidates } from './built-in-candidates.js';
import { chooseScenario } from './choose-scenario.js';
import { findLearning, type Learning } from './find-learning.js';
import type { MeasuredModel, Unranked } from './measured-model.js';
import { rankCandidates } from './rank-candidates.js';
import type { AdvisedModel, RecommendInput } from './recommend-input.js';
import { thirdPartyCandidate } from './third-party-candidate.js';
import { isLinear, writeSummary } from './write-summary.js';

/**
 * Says what to do with a data set: every strategy on every model that was measured, ranked by the accuracy to expect, with
 * cost and reason. Pure: the same measurements, knowledge and track record give the same answer.
 *
 * @see docs/decisions/0101-what-to-expect-and-how-it-is-ranked.md
 */
export function recommend(input: RecommendInput): Recommendation {
  const { measurements, models, strategies, knowledge } = input;
  const notMeasured: Recommendation['notMeasured'] = [];
  const usable: { advised: AdvisedModel; model: ModelMeasurements }[] = [];
  for (const model of measurements.models) {
    const advised = models.find(({ versionId }) => versionId === model.versionId);
    const reason = whyNotRanked(model, advised);
    if (advised === undefined || reason !== undefined) {
      notMeasured.push({ versionId: model.versionId, reason: reason ?? '' });
    } else {
      usable.push({ advised, model });
    }
  }
  const learning = findLearning(
    measurements.dataset,
    usable.map(({ model }) => model),
  );
  const measured = usable.flatMap(({ advised, model }): MeasuredModel[] => {
    const cut = bestCut(model);
    if (cut === undefined || learning === undefined) return [];
    return [{ input, advised, model, cut, isLearned: cut.probe.accuracy > learning.neededAccuracy }];
  });
  const candidates = rankCandidates(
    measured.flatMap((one) =>
      strategies.flatMap(
        (strategy): Unranked[] => builtInCandidates(one, strategy) ?? [thirdPartyCandidate(one, strategy)],
      ),
    ),
  );
  const [first] = candidates.filter(({ accuracy }) => accuracy !== null);
  const leader =
    measured.find(({ advised }) => advised.versionId === first?.versionId) ?? leaderOf(measured, learning);
  return {
    scenario:
      leader === undefined || learning?.isLearned !== true
        ? null
        : chooseScenario(measurements.dataset, leader.model, knowledge.scenario),
    summary: writeSummary(input, { candidates, learning, notMeasured }),
    staysLinear: first !== undefined && isLinear(first),
    candidates,
    notMeasured,
  };
}

/** Why a model has no place in the ranking; undefined where it has one. */
function whyNotRanked(model: ModelMeasurements, advised: AdvisedModel | undefined): string | undefined {
  if (model.state !== 'MEASURED') return model.reason ?? reasonOfState[model.state];
  if (bestCut(model) === undefined) {
    return 'No linear probe could be solved on its features: that takes two classes with two training pictures each.';
  }
  return advised === undefined ? 'It is not there any more.' : undefined;
}

const reasonOfState = {
  DROPPED: 'Others did better on the pictures that all were measured on.',
  NOT_REACHED: 'The budget ended before it was measured.',
  UNUSABLE: 'It cannot take these pictures.',
} as const;

/** The model whose probe is best, where no candidate has an expectation. */
function leaderOf(
  measured: readonly MeasuredModel[],
  learning: Learning | undefined,
): MeasuredModel | undefined {
  return measured.find(({ cut }) => cut.featureKey === learning?.best.featureKey) ?? measured[0];
}
