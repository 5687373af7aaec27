import { networks } from '../networks.mjs';
import { mean, percent } from '../../study/cells.mjs';
import { describeDifference, describeGaps, table } from './numbers.mjs';
import { choiceOfOtherDraws } from './other-draws.mjs';
import { coverageOf } from './promises.mjs';

/** The network that a reader of model cards takes. */
const [cardsBest] = [...networks].sort((a, b) => b.sourceAccuracy - a.sourceAccuracy);

const recipes = [
  { words: 'train all of', title: 'full' },
  { words: 'train a part of', title: 'partial' },
  { words: 'late features + SVM on', title: 'SVM at cut 1' },
];

/** What people do who ask nobody: a network by its card, and the same recipe every time. */
const habits = recipes.map(({ words, title }) => ({
  name: `always ${words} ${cardsBest.name}`,
  model: cardsBest.name,
  title,
}));

/** The advised line against the best of everything trained, and against habits. */
export function judgePicks(judged) {
  const picks = picksOf(judged);
  const rows = picks.map(({ dataset, seed, candidate, outcome, best }) => [
    `${dataset.name}, seed ${seed}`,
    `${candidate.versionId}, ${candidate.strategy}`,
    percent(candidate.accuracy.value),
    percent(outcome.accuracy),
    `${percent(best.accuracy)} (${best.model}, ${best.title})`,
  ]);
  return [
    table(['data set', 'advised', 'promised', 'came', 'best of everything trained'], rows),
    withinOnePoint(picks, judged),
    choiceOfOtherDraws(picks),
    compareHabits(picks),
  ]
    .filter((part) => part !== undefined)
    .join('\n\n');
}

/** The first line of each advice, what came of it, and the best of everything trained on the same pictures. */
export function picksOf(judged) {
  return judged.flatMap(({ dataset, seed, pick, lines, trained, together }) => {
    if (pick === undefined) return [];
    const { candidate, outcome } = pick;
    const firstThree = Math.max(...lines.slice(0, 3).map((line) => line.outcome.accuracy));
    const best = trained.reduce((top, one) => (one.accuracy > top.accuracy ? one : top));
    const gap = best.accuracy - outcome.accuracy;
    const seconds = together.measurements.spentSeconds + outcome.seconds;
    return [{ dataset, seed, candidate, outcome, best, gap, firstThree, seconds, trained }];
  });
}

/** Counts what cannot be judged as well: an advice whose first line nobody trained is neither right nor wrong. */
export function withinOnePoint(picks, judged) {
  const three = picks.filter(({ best, firstThree }) => best.accuracy - firstThree <= 0.01).length;
  const untrained = judged.length - picks.length;
  return (
    `The first line comes ${describeGaps(picks.map(({ gap }) => gap))}. ` +
    `One of the first three lines is within one point: ${three} of ${picks.length}. ` +
    `The best is chosen with hindsight, as the highest of up to eighteen results on the same ${testPicturesOf(picks)} test pictures, each of which is uncertain by some two points.` +
    (untrained === 0 ? '' : ` The first line of ${untrained} more was not trained, so they do not count.`)
  );
}

/** The same of an advice that does not use what is known of each network from other data sets. */
export function withUnknownNetworks(judged) {
  const picks = picksOf(judged);
  if (picks.length === 0) return undefined;
  return `Without what is known of each network from other data sets it would come ${describeGaps(picks.map(({ gap }) => gap))}; its 80 % intervals would hold ${coverageOf(judged)}.`;
}

function testPicturesOf(picks) {
  const counts = picks.map(({ outcome }) => outcome.imageCount);
  return `${Math.min(...counts)} to ${Math.max(...counts)}`;
}

/** The network and recipe that gave most on average: a habit that nobody could have had. */
function bestInHindsight(picks) {
  const all = networks.flatMap(({ name: model }) =>
    recipes.map(({ words, title }) => ({
      name: `in hindsight the best: always ${words} ${model}`,
      model,
      title,
    })),
  );
  const complete = all.flatMap((habit) => {
    const found = picks.flatMap(({ trained }) => trained.filter((one) => isOf(one, habit)));
    return found.length === picks.length
      ? [{ habit, accuracy: mean(found.map(({ accuracy }) => accuracy)) }]
      : [];
  });
  return complete
    .sort((a, b) => b.accuracy - a.accuracy)
    .slice(0, 1)
    .map(({ habit }) => habit);
}

const isOf = (one, { model, title }) => one.model === model && one.title === title;

/** Undefined where no habit was trained yet. */
export function compareHabits(picks) {
  const rows = [...habits, ...bestInHindsight(picks)].flatMap((habit) => compare(habit, picks));
  if (rows.length === 0) return undefined;
  return table(
    [
      'habit',
      'beside how many advices',
      'accuracy',
      'advice',
      'difference, 95 % interval',
      'time, habit',
      'time, advice and job',
    ],
    rows,
  );
}

/** The row of one habit, over the picks beside which it was trained; none where there is none. */
function compare(habit, picks) {
  const pairs = picks.flatMap(({ dataset, outcome, seconds, trained }) => {
    const other = trained.find((one) => isOf(one, habit));
    return other === undefined ? [] : [{ dataset: dataset.name, outcome, seconds, other }];
  });
  if (pairs.length === 0) return [];
  // What was run beside other work took longer than it takes.
  const timed = pairs.filter(({ outcome, other }) => !outcome.busy && !other.busy);
  const meanSeconds = (of) => (timed.length === 0 ? '–' : `${Math.round(mean(timed.map(of)))} s`);
  const row = [
    habit.name,
    String(pairs.length),
    percent(mean(pairs.map(({ other }) => other.accuracy))),
    percent(mean(pairs.map(({ outcome }) => outcome.accuracy))),
    describeDifference(
      pairs.map(({ dataset, outcome, other }) => ({
        group: dataset,
        value: outcome.accuracy - other.accuracy,
      })),
    ),
    meanSeconds(({ other }) => other.seconds),
    meanSeconds(({ seconds }) => seconds),
  ];
  return [row];
}
