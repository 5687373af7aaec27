import { mean, row, signed } from '../../study/cells.mjs';
import { groupsOf } from '../groups-of.mjs';
import { createRandom } from '../../../dist/learning/random.js';

/** A share that may be below zero. */
export const points = (share) =>
  `${(100 * share)
    .toFixed(1)
    .replace(/^-0\.0$/, '0.0')
    .replace('-', '−')} %`;

/** A table as Markdown has it. */
export function table(head, rows) {
  return [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n');
}

const resamples = 2000;

/**
 * The mean of differences with its 95 % bootstrap interval. Data sets are drawn, not single differences: seeds of one set are
 * not independent of each other.
 */
export function describeDifference(differences) {
  const groups = groupsOf(differences, ({ group }) => group);
  const random = createRandom(1);
  const means = Array.from({ length: resamples }, () => {
    const drawn = groups.flatMap(() => groups[Math.floor(random.next() * groups.length)]);
    return mean(drawn.map(({ value }) => value));
  }).sort((a, b) => a - b);
  const at = (share) => means[Math.round(share * (resamples - 1))];
  return `${signed(mean(differences.map(({ value }) => value)))} points (${signed(at(0.025))} to ${signed(at(0.975))})`;
}

/** "within one point of the best in 15 of 36, on average 2.5 and at worst 8.1 points below it", of accuracies below the best. */
export function describeGaps(gaps) {
  const within = gaps.filter((gap) => gap <= 0.01).length;
  return `within one point of the best in ${within} of ${gaps.length}, on average ${(100 * mean(gaps)).toFixed(1)} and at worst ${(100 * Math.max(...gaps)).toFixed(1)} points below it`;
}
