import { costs, thresholds, usedFeatures } from './constants.mjs';
import { fitAccuracy } from './fit-accuracy.mjs';
import { fitSeconds } from './fit-seconds.mjs';
import { observationsOf } from './observations.mjs';

/**
 * The advisor's knowledge from runs that really happened. To judge it on a domain, leave that domain's lines out.
 *
 * @param lines of the advisor's own study, see `../fit-knowledge.mjs`
 * @param study observations from the study of the strategies
 * @param manifests of the models by name, for the factors of the seconds
 * @returns what `recommend` takes, and a line for each family on how well it was fitted
 */
export function fitKnowledge(lines, study = [], manifests = {}) {
  const own = lines.flatMap(observationsOf);
  const observations = [...own, ...study];
  const accuracy = {};
  const reports = [];
  for (const family of [...new Set(observations.map((one) => one.family))].sort()) {
    const { knowledge, report } = fitAccuracy(
      observations.filter((one) => one.family === family),
      usedFeatures,
    );
    if (knowledge !== undefined) accuracy[family] = knowledge;
    reports.push(`${family}: ${report}`);
  }
  const seconds = fitSeconds(lines, manifests, costs);
  return {
    reports,
    knowledge: {
      source: describeSource(own, study, seconds),
      accuracy,
      scenario: thresholds,
      cost: { ...costs, seconds },
    },
  };
}

/** Where each number comes from: not all that was measured in one place was measured in the other. */
function describeSource(own, study, seconds) {
  const parts = [];
  if (own.length > 0) {
    parts.push(`${count(own)} of the advisor's own study (bench/advisor), with all that an advice measures`);
  }
  if (study.length > 0) {
    parts.push(
      `${count(study)} of the study of the strategies (bench/study/results.jsonl), MobileNetV2 only, with the probe and, for some, its late gap and ` +
        'gain per doubling; its trainings showed half as many pictures as they do by default, and the set that is tested in another style than it teaches is left out',
    );
  }
  const isFitted = Object.values(seconds).some(({ runs }) => runs > 0);
  return (
    `Accuracy: ${parts.join('; ')}. ` +
    `Seconds: constants from bench/README.md on two cores, factors ${isFitted ? 'fitted to the runs' : 'assumed, not fitted'}. ` +
    'Thresholds of the scenarios: set by hand.'
  );
}

function count(observations) {
  const of = (key) => new Set(observations.map((one) => one[key])).size;
  return `${observations.length} runs on ${of('dataset')} data sets in ${of('domain')} domains`;
}
