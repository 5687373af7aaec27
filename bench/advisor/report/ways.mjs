import { palette, shapes } from './chart.mjs';

/** The ways from a pretrained network to one's own classes that the guide compares, from the quickest on. */
export const ways = [
  { name: 'late', title: 'late features + SVM' },
  { name: 'linear', title: 'best cut + linear classifier' },
  { name: 'partial', title: 'last layers trained' },
  { name: 'full', title: 'everything trained' },
].map((way, index) => ({ ...way, colour: palette[index], shape: shapes[index] }));

/**
 * What came of each network on each data set with each seed, by way. Where a way is one of several runs (a cut, a kind of
 * classifier), cross-validation on training pictures chooses, as the strategy does: never the test pictures.
 *
 * @returns {dataset, domain, model, seed, late, linear, early, partial, full}, each way a line of the outcomes or undefined;
 *   `early` is an SVM on one of the earlier cuts
 */
export function groupByWay(outcomes) {
  const groups = new Map();
  for (const one of outcomes) {
    const key = [one.dataset, one.model, one.seed].join(' · ');
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()].map((runs) => {
    const [{ dataset, domain, model, seed }] = runs;
    const titled = (title) => runs.find((run) => run.title === title);
    const earlier = [titled('SVM at cut 2'), titled('SVM at cut 3')];
    return {
      dataset,
      domain,
      model,
      seed,
      late: titled('SVM at cut 1'),
      early: chosenAmong(earlier),
      linear: chosenAmong([titled('SVM at cut 1'), ...earlier, titled('softmax')]),
      partial: titled('partial'),
      full: titled('full'),
    };
  });
}

/** Groups in which every way was run: only there can means be compared. */
export const completeGroups = (groups) =>
  groups.filter((group) => ways.every(({ name }) => group[name] !== undefined));

function chosenAmong(runs) {
  const known = runs.filter((run) => run !== undefined);
  if (known.length < runs.length) return undefined;
  const crossValidated = ({ chosen }) => chosen.crossValidatedAccuracy;
  return known.reduce((best, next) => (crossValidated(next) > crossValidated(best) ? next : best));
}
