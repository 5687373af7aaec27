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
  const picks = judged.map(({ dataset, seed, lines, trained, together }) => {
    const best = trained.reduce((top, one) => (one.accuracy > top.accuracy ? one : top));
    const [{ candidate, outcome }] = lines;
    return {
      dataset,
      seed,
      candidate,
      outcome,
      best,
      gap: best.accuracy - outcome.accuracy,
      seconds: together.measurements.spentSeconds + outcome.seconds,
      trained,
    };
  });
  const within = picks.filter(({ gap }) => gap <= 0.01).length;
  const worst = Math.max(...picks.map(({ gap }) => gap));
  const rows = picks.map(({ dataset, seed, candidate, outcome, best }) => [
    `${dataset.name}, seed ${seed}`,
    `${candidate.versionId}, ${candidate.strategy}`,
    points(candidate.accuracy.value),
    points(outcome.accuracy),
    `${points(best.accuracy)} (${best.model}, ${best.title})`,
  ]);
  return [
    table(['data set', 'advised', 'promised', 'came', 'best of everything trained'], rows),
    `Within one point of the best: ${within} of ${picks.length}; at worst ${points(worst)} below it.`,
    table(
      ['habit', 'accuracy', 'advice', 'difference, 95 % interval', 'time, habit', 'time, advice and job'],
      habits.map((habit) => compare(habit, picks)),
    ),
  ].join('\n\n');
}

function compare({ name, title }, picks) {
  const pairs = picks.flatMap(({ dataset, outcome, seconds, trained }) => {
    const other = trained.find((one) => one.model === cardsBest.name && one.title === title);
    return other === undefined ? [] : [{ dataset: dataset.name, ours: outcome.accuracy, seconds, other }];
  });
  return [
    name,
    points(mean(pairs.map(({ other }) => other.accuracy))),
    points(mean(pairs.map(({ ours }) => ours))),
    describeDifference(
      pairs.map(({ dataset, ours, other }) => ({ group: dataset, value: ours - other.accuracy })),
    ),
    `${Math.round(mean(pairs.map(({ other }) => other.seconds)))} s`,
    `${Math.round(mean(pairs.map(({ seconds }) => seconds)))} s`,
  ];
}
