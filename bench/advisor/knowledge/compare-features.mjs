import { gainFeatures } from '../../../dist/advisor/recommend/knowledge.js';
import { usedFeatures } from './constants.mjs';
import { fitAccuracy } from './fit-accuracy.mjs';
import { observationsOf } from './observations.mjs';

/**
 * How well each family is foretold on domains that were left out, by what its gain over the probe may depend on: nothing,
 * one measured number alone, those that are used of it, those with one more, and all.
 *
 * @param lines of the study, see `lines-to-fit.mjs`
 * @returns `families`, and for each choice its `title` and the error for each family, root mean square in log-odds
 */
export function compareFeatures(lines) {
  const observations = lines.flatMap(observationsOf);
  const families = [...new Set(observations.map(({ family }) => family))].sort();
  const choices = [
    { title: 'the probe alone', namesFor: () => [] },
    ...gainFeatures.map((name) => ({ title: `with ${name}`, namesFor: () => [name] })),
    { title: '**what is used of it**', namesFor: usedFeatures },
    ...gainFeatures
      .filter((name) => !families.every((family) => usedFeatures(family).includes(name)))
      .map((name) => ({
        title: `what is used and ${name}`,
        namesFor: (family) => [...new Set([...usedFeatures(family), name])],
      })),
    { title: 'with all', namesFor: () => gainFeatures },
  ];
  const rows = choices.map(({ title, namesFor }) => ({
    title,
    errors: families.map(
      (family) =>
        fitAccuracy(
          observations.filter((one) => one.family === family),
          namesFor(family),
        ).error,
    ),
  }));
  return { families, rows };
}
