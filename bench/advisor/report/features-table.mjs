import { table } from '../judge/numbers.mjs';
import { compareFeatures } from '../knowledge/compare-features.mjs';

/** Which of the measured numbers tell how much a way gains over its probe, on domains that were left out. */
export function featuresTable(lines) {
  if (new Set(lines.map(({ domain }) => domain)).size < 2) return [];
  const { families, rows } = compareFeatures(lines);
  return [
    [
      '### Which numbers foretell a result',
      '',
      'The error of what is expected, root mean square in log-odds, on kinds of pictures that were left out: 0.2 are some 5 points near 50 %, 2 points near 90 %. What is used was chosen from this table.',
      '',
      table(
        ['expected from', ...families.map((family) => `\`${family}\``)],
        rows.map(({ title, errors }) => [title, ...errors.map((error) => error.toFixed(3))]),
      ),
    ].join('\n'),
  ];
}
