/** What the tables of the study are made of. */

export const ofKind = (runs, dataset, strategy) =>
  runs.filter((run) => run.dataset === dataset.name && run.strategy === strategy);

/** Mean over the seeds, and of the ends of the runs' bootstrap intervals. */
export function cell(runs) {
  if (runs.length === 0) return { text: '–', accuracy: -1 };
  const accuracy = mean(runs.map((run) => run.accuracy));
  const [low, high] = [0, 1].map((end) => mean(runs.map(({ accuracyInterval }) => accuracyInterval[end])));
  const time = `${Math.round(mean(runs.map(({ seconds }) => seconds)))} s`;
  const seeds = runs.length < 3 ? `, ${runs.length} ${runs.length === 1 ? 'seed' : 'seeds'}` : '';
  return {
    accuracy,
    text: `${percent(accuracy)} (${(100 * low).toFixed(1)}–${(100 * high).toFixed(1)}), ${time}${seeds}`,
  };
}

export function highlighted(cells) {
  const best = Math.max(...cells.map(({ accuracy }) => accuracy));
  return cells.map(({ text, accuracy }) => (accuracy === best && best >= 0 ? `**${text}**` : text));
}

export const row = (cells) => `| ${cells.join(' | ')} |`;
export const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
export const percent = (fraction) => `${(100 * fraction).toFixed(1)} %`;
export const signed = (fraction) => `${fraction >= 0 ? '+' : '−'}${Math.abs(100 * fraction).toFixed(1)}`;
