import { costs, thresholds, usedFeatures } from './constants.mjs';
import { fitAccuracy } from './fit-accuracy.mjs';
import { fitSeconds } from './fit-seconds.mjs';
import { observationsOf } from './observations.mjs';

/**
 * The advisor's knowledge from runs that really happened. To judge it on a domain, leave that domain's lines out.
 *
 * @param lines of the study, see `lines-to-fit.mjs`
 * @param manifests of the models by name, for the factors of the seconds
 * @returns what `recommend` takes, and a line for each family on how well it was fitted
 */
export function fitKnowledge(lines, manifests = {}) {
  const observations = lines.flatMap(observationsOf);
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
      source: describeSource(observations, seconds),
      accuracy,
      scenario: thresholds,
      cost: { ...costs, seconds },
    },
  };
}

/** Where each number comes from: accuracies and seconds need not rest on the same runs. */
function describeSource(observations, seconds) {
  const isFitted = Object.values(seconds).some(({ runs }) => runs > 0);
  return (
    `Accuracy: ${count(observations)} of the advisor's study (bench/advisor), three starter networks at 96 × 96 pixels; ` +
    'its trainings showed a fifth of the pictures that they show by default. ' +
    `Seconds: constants from bench/README.md on two cores, factors ${isFitted ? 'fitted to the runs' : 'assumed, not fitted'}. ` +
    'Thresholds of the scenarios: set by hand.'
  );
}

function count(observations) {
  const of = (key) => new Set(observations.map((one) => one[key])).size;
  return `${observations.length} runs on ${of('dataset')} data sets in ${of('domain')} domains`;
}
