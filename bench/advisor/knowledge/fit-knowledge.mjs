import { groupsOf } from '../groups-of.mjs';
import { costs, thresholds, usedFeatures } from './constants.mjs';
import { fitAccuracy } from './fit-accuracy.mjs';
import { fitNetworkSpread, studiedProbes } from './networks.mjs';
import { fitSeconds } from './fit-seconds.mjs';
import { observationsOf } from './observations.mjs';

/**
 * The advisor's knowledge from runs that really happened. To judge it on a domain, leave that domain's lines out.
 *
 * @param lines of the study, see `lines-to-fit.mjs`
 * @param measured lines of measurements.jsonl, of the same domains
 * @param manifests of the models by name, for the factors of the seconds
 * @param digests of the models' weights by name; left out: names stand for them
 * @returns what `recommend` takes, and a line for each family on how well it was fitted
 */
export function fitKnowledge(lines, measured, { manifests = {}, digests = {} } = {}) {
  const observations = lines.flatMap(observationsOf);
  const accuracy = {};
  const reports = [];
  for (const family of [...new Set(observations.map((one) => one.family))].sort()) {
    const { knowledge, report } = fitAccuracy(
      observations.filter((one) => one.family === family),
      usedFeatures(family),
      digests,
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
      networks: { spread: fitNetworkSpread(measured), studied: studiedNetworks(measured, digests) },
      scenario: thresholds,
      cost: { ...costs, seconds },
    },
  };
}

function studiedNetworks(measured, digests) {
  const named = groupsOf(studiedProbes(measured), ({ versionId }) => versionId).map((of) => {
    const [{ versionId: name }] = of;
    const probes = of.map(({ dataset, accuracy, pictures }) => [dataset, [accuracy, Math.round(pictures)]]);
    return [digests[name] ?? name, { name, probes: Object.fromEntries(probes) }];
  });
  return Object.fromEntries(named);
}

/** Where each number comes from: accuracies and seconds need not rest on the same runs. */
function describeSource(observations, seconds) {
  const isFitted = Object.values(seconds).some(({ runs }) => runs > 0);
  return (
    `Accuracy: ${count(observations)} of the advisor's study (bench/advisor), three starter networks at 96 × 96 pixels; ` +
    'its trainings showed a fifth of the pictures that they show by default. ' +
    `Seconds: constants from bench/README.md on two cores, factors ${isFitted ? 'fitted to the runs' : 'assumed, not fitted'}. ` +
    'Thresholds of the scenarios and the least spread of networks: set by hand.'
  );
}

function count(observations) {
  const of = (key) => new Set(observations.map((one) => one[key])).size;
  return `${observations.length} runs on ${of('dataset')} data sets in ${of('domain')} domains`;
}
