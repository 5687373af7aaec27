import { bestCut } from '../../../dist/advisor/recommend/best-cut.js';
import { linearCost } from '../../../dist/advisor/recommend/cost/linear-cost.js';
import { strategyFamily } from '../../../dist/advisor/strategy-family.js';
import { assumedSeconds } from './constants.mjs';

/**
 * By family, what runs took over what the formulas give: median and 10 % and 90 % quantiles. Only linear classifiers at a named
 * layer are compared with the formula of their layer; for trainings the study says what it expected (`expectedSeconds`).
 */
export function fitSeconds(lines, manifests, costs) {
  const ratios = new Map();
  const bare = { ...costs, seconds: {} };
  for (const { model, measurements, outcomes, data } of lines) {
    for (const { strategy, parameters, seconds, expectedSeconds } of outcomes) {
      const family = strategyFamily(strategy, parameters);
      const expected = expectedSeconds ?? ofLinear(family, parameters);
      if (!(expected > 0) || !(seconds > 0)) continue;
      ratios.set(family, [...(ratios.get(family) ?? []), seconds / expected]);
    }
    function ofLinear(family, { layer, classifier = 'svm' }) {
      const manifest = manifests[model];
      const measured =
        measurements.models.find(({ versionId }) => versionId === model) ?? measurements.models[0];
      const at = layer ?? bestCut(measured)?.layer;
      if (!family.startsWith('feature-extraction') || manifest === undefined || at === undefined || !data)
        return undefined;
      const { threads } = measurements;
      const input = { manifest, model: measured, data, threads, measuredThreads: threads, cost: bare };
      return linearCost(input, { layer: at, classifier, family }).seconds?.value;
    }
  }
  const families = [
    'feature-extraction-svm',
    'feature-extraction-svm:softmax',
    'partial-fine-tuning',
    'full-retraining',
  ];
  return Object.fromEntries(
    families.map((family) => {
      const sorted = [...(ratios.get(family) ?? [])].sort((a, b) => a - b);
      if (sorted.length < 5) return [family, assumedSeconds];
      const at = (share) => sorted[Math.round(share * (sorted.length - 1))];
      return [family, { runs: sorted.length, factor: at(0.5), low: at(0.1), high: at(0.9) }];
    }),
  );
}
