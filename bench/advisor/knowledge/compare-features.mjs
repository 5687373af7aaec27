import { gainFeatures } from '../../../dist/advisor/recommend/knowledge.js';
import { usedFeatures } from './constants.mjs';
import { fitAccuracy } from './fit-accuracy.mjs';
import { observationsOf } from './observations.mjs';

/**
 * How well each family is foretold on domains that were left out, by what its gain over the probe may depend on: nothing,
 * one measured number alone, those that are used, those with one more, and all.
 *
 * @param lines of the study, see `lines-to-fit.mjs`
 * @returns `families`, and for each choice its `title` and the error for each family, root mean square in log-odds
 */
export function compareFeatures(lines) {
  const observations = lines.flatMap(observationsOf);
  const families = [...new Set(observations.map(({ family }) => family))].sort();
  const used = usedFeatures.join(' and ');
  const choices = [
    { title: 'the probe alone', names: [] },
    ...gainFeatures.map((name) => ({ title: `with ${name}`, names: [name] })),
    { title: `**with ${used}: what is used**`, names: usedFeatures },
    ...gainFeatures
      .filter((name) => !usedFeatures.includes(name))
      .map((name) => ({ title: `with those and ${name}`, names: [...usedFeatures, name] })),
    { title: 'with all', names: gainFeatures },
  ];
  const rows = choices.map(({ title, names }) => ({
    title,
    errors: families.map(
      (family) =>
        fitAccuracy(
          observations.filter((one) => one.family === family),
          names,
        ).error,
    ),
  }));
  return { families, rows };
}
