import { builtInCost } from '../../../dist/advisor/recommend/cost/built-in-cost.js';
import { strategyFamily } from '../../../dist/advisor/strategy-family.js';
import { assumedSeconds, studyStartSeconds } from './constants.mjs';

const families = [
  'feature-extraction-svm',
  'feature-extraction-svm:softmax',
  'partial-fine-tuning',
  'full-retraining',
];

/** Of these the study says nothing: it ran them in a process that was there, on features that the one before had left. */
const isShared = (family) => family.startsWith('feature-extraction-svm');

/** Fewer runs than this say nothing of quantiles. */
const fewestRuns = 5;

/**
 * By family, what runs took over what the formulas give for their parameters: median and 10 % and 90 % quantiles.
 *
 * @param manifests of the models, by name; runs of others are left out
 */
export function fitSeconds(lines, manifests, costs) {
  const ratios = new Map();
  for (const { model, measurements, outcomes } of lines) {
    const measured =
      measurements.models.find(({ versionId }) => versionId === model) ?? measurements.models[0];
    const manifest = manifests[model];
    if (manifest === undefined || measured === undefined) continue;
    for (const { strategy, parameters, seconds, imageCount } of outcomes) {
      const { threads } = measurements;
      const data = dataOf(measurements.dataset, imageCount ?? 0);
      const startSeconds = { ...costs.startSeconds, training: 0 };
      const cost = { ...costs, startSeconds, seconds: { [strategyFamily(strategy, parameters)]: exact } };
      const given = { manifest, model: measured, data, threads, measuredThreads: threads, cost };
      const expected = builtInCost(strategy, parameters, given)?.seconds?.value;
      if (!(expected > 0) || !(seconds > 0)) continue;
      const family = strategyFamily(strategy, parameters);
      if (isShared(family)) continue;
      ratios.set(family, [
        ...(ratios.get(family) ?? []),
        Math.max(0, seconds - studyStartSeconds) / expected,
      ]);
    }
  }
  return Object.fromEntries(families.map((family) => [family, factorOf(ratios.get(family) ?? [])]));
}

const exact = { runs: 0, factor: 1, low: 1, high: 1 };

function factorOf(ratios) {
  if (ratios.length < fewestRuns) return assumedSeconds;
  const sorted = [...ratios].sort((a, b) => a - b);
  const at = (share) => sorted[Math.round(share * (sorted.length - 1))];
  return { runs: sorted.length, factor: at(0.5), low: at(0.1), high: at(0.9) };
}

/** Every class as large as the median: recipes ask for the classes' sizes only to see whether they are skewed. */
function dataOf({ classes, train, validation, perClass }, test) {
  const split = (imageCount) => ({ imageCount, perClass: Array(classes).fill(perClass.median) });
  return {
    task: 'image-classification',
    classes: Array.from({ length: classes }, (_, label) => `class ${label}`),
    splits: { train: split(train), validation: split(validation), test: split(test) },
  };
}
