import { networks } from '../networks.mjs';
import { describeDifference, mean, points, table } from './numbers.mjs';

/** The network that a reader of model cards takes. */
const [cardsBest] = [...networks].sort((a, b) => b.sourceAccuracy - a.sourceAccuracy);

/** What people do who ask nobody: a network by its card, and the same recipe every time. */
const habits = [
  { name: `always train all of ${cardsBest.name}`, title: 'full' },
  { name: `always late features of ${cardsBest.name} + SVM`, title: 'SVM at cut 1' },
  { name: `always train a part of ${cardsBest.name}`, title: 'partial' },
];

/** The advised line against the best of everything trained, and against habits. */
export function judgePicks(judged) {
  const picks = picksOf(judged);
  const rows = picks.map(({ dataset, seed, candidate, outcome, best }) => [
    `${dataset.name}, seed ${seed}`,
    `${candidate.versionId}, ${candidate.strategy}`,
    points(candidate.accuracy.value),
    points(outcome.accuracy),
    `${points(best.accuracy)} (${best.model}, ${best.title})`,
  ]);
  return [
    table(['data set', 'advised', 'promised', 'came', 'best of everything trained'], rows),
    withinOnePoint(picks, judged),
    compareHabits(picks),
  ]
    .filter((part) => part !== undefined)
    .join('\n\n');
}

/** The first line of each advice, what came of it, and the best of everything trained on the same pictures. */
export function picksOf(judged) {
  return judged.flatMap(({ dataset, seed, pick, trained, together }) => {
    if (pick === undefined) return [];
    const { candidate, outcome } = pick;
    const best = trained.reduce((top, one) => (one.accuracy > top.accuracy ? one : top));
    const gap = best.accuracy - outcome.accuracy;
    const seconds = together.measurements.spentSeconds + outcome.seconds;
    return [{ dataset, seed, candidate, outcome, best, gap, seconds, trained }];
  });
}

/** Counts what cannot be judged as well: an advice whose first line nobody trained is neither right nor wrong. */
export function withinOnePoint(picks, judged) {
  const within = picks.filter(({ gap }) => gap <= 0.01).length;
  const worst = Math.max(...picks.map(({ gap }) => gap));
  const untrained = judged.length - picks.length;
  return (
    `Within one point of the best: ${within} of ${picks.length}; at worst ${(100 * worst).toFixed(1)} points below it.` +
    (untrained === 0 ? '' : ` The first line of ${untrained} more was not trained, so they do not count.`)
  );
}

/** Undefined where no habit was trained yet. */
export function compareHabits(picks) {
  const rows = habits.flatMap((habit) => compare(habit, picks));
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
function compare({ name, title }, picks) {
  const pairs = picks.flatMap(({ dataset, outcome, seconds, trained }) => {
    const other = trained.find((one) => one.model === cardsBest.name && one.title === title);
    return other === undefined ? [] : [{ dataset: dataset.name, outcome, seconds, other }];
  });
  if (pairs.length === 0) return [];
  // What was run beside other work took longer than it takes.
  const timed = pairs.filter(({ outcome, other }) => !outcome.busy && !other.busy);
  const meanSeconds = (of) => (timed.length === 0 ? '–' : `${Math.round(mean(timed.map(of)))} s`);
  const row = [
    name,
    String(pairs.length),
    points(mean(pairs.map(({ other }) => other.accuracy))),
    points(mean(pairs.map(({ outcome }) => outcome.accuracy))),
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
