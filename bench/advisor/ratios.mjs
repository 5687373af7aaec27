/**
 * Ratios within each round, the median with the least and the greatest, as a table.
 *
 * @param ratios by what they say, how to take one from a round
 */
export function describeRatios(rounds, ratios) {
  const rows = Object.entries(ratios).map(([title, ratioOf]) => {
    const sorted = rounds.map(ratioOf).sort((a, b) => a - b);
    const [least, median, greatest] = [0, (sorted.length - 1) / 2, sorted.length - 1].map((at) =>
      ((sorted[Math.floor(at)] + sorted[Math.ceil(at)]) / 2).toFixed(2),
    );
    return `| ${title} | ${median} (${least} to ${greatest}) |`;
  });
  return ['| | median of rounds |', '| --- | --- |', ...rows].join('\n');
}
