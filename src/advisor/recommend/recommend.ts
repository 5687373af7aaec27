import type { Recommendation } from '../advice.js';
import { advisedLines } from './advised-lines.js';
import { chooseScenario } from './choose-scenario.js';
import { measuredModels, type MeasuredModels } from './measured-models.js';
import type { MeasuredModel } from './measured-model.js';
import { rankCandidates } from './rank-candidates.js';
import type { RecommendInput } from './recommend-input.js';
import { isLinear, writeSummary } from './write-summary.js';

/**
 * Says what to do with a data set: every strategy on every model that was measured, ranked by the accuracy to expect, with
 * cost and reason. Pure: the same measurements, knowledge and track record give the same answer.
 *
 * @see docs/decisions/0101-what-to-expect-and-how-it-is-ranked.md
 */
export function recommend(input: RecommendInput): Recommendation {
  const { measurements, strategies, knowledge } = input;
  const found = measuredModels(input);
  const { measured, learning, notMeasured } = found;
  const candidates = rankCandidates(
    measured.flatMap((one) => strategies.flatMap((strategy) => advisedLines(one, strategy))),
  );
  const [first] = candidates.filter(({ accuracy }) => accuracy !== null);
  const leader = measured.find(({ advised }) => advised.versionId === first?.versionId) ?? bestProbed(found);
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

/** The model whose probe is best, where no candidate has an expectation. */
function bestProbed({ measured }: MeasuredModels): MeasuredModel | undefined {
  return measured.toSorted((a, b) => b.cut.probe.accuracy - a.cut.probe.accuracy)[0];
}
