import type { LeftOutLine, SweepTable, SweptCandidate } from '../client/launch-sweep.js';
import { formatDuration, formatPercent } from './format.js';
import { formatTable } from './table.js';

/**
 * The table of a sweep: the best by validation first, then the other fitted ones, then those that were not, and below it
 * why they were not, and which lines of an advice were never candidates. What is long comes last in a line, where a narrow terminal may break it.
 */
export function formatSweep({ candidates, best, leftOut }: SweepTable): string {
  const telling = tellingParameters(candidates);
  const rows = [...candidates]
    .sort(byWorth)
    .map((candidate) => [
      String(candidate.ordinal),
      candidate.validation === null
        ? candidate.state.toLowerCase()
        : formatPercent(candidate.validation.accuracy),
      describeTest(candidate),
      describeComparison(candidate, best?.ordinal),
      candidate.seconds === null ? '–' : formatDuration(1000 * candidate.seconds),
      describeWay(candidate, telling),
    ]);
  const table = formatTable(
    [
      { heading: '#', align: 'right' },
      { heading: 'VALIDATION', align: 'right' },
      { heading: 'TEST (95 %)', align: 'right' },
      { heading: 'AGAINST BEST' },
      { heading: 'TIME', align: 'right' },
      { heading: 'WHAT' },
    ],
    rows,
  );
  const reasons = candidates.flatMap(({ ordinal, reason, error }) => {
    const why = reason ?? (error === null ? undefined : `${error.code}: ${error.message}`);
    return why === undefined ? [] : [`${ordinal}: ${why}`];
  });
  const notes = [...reasons, ...leftOut.map(describeLeftOut)];
  return [table, ...(notes.length > 0 ? ['', ...notes] : [])].join('\n');
}

export const describeLeftOut = ({ rank, reason }: LeftOutLine): string =>
  `Line ${rank} of the advice was left out: ${reason}`;

function byWorth(a: SweptCandidate, b: SweptCandidate): number {
  return (b.validation?.accuracy ?? -1) - (a.validation?.accuracy ?? -1) || a.ordinal - b.ordinal;
}

const versionName = ({ model, number }: NonNullable<SweptCandidate['version']>): string =>
  `${model.owner.name}/${model.name}@${number}`;

/** By strategy, the parameters in which its candidates differ: defaults that all share tell nothing. */
function tellingParameters(candidates: readonly SweptCandidate[]): Map<string, string[]> {
  const strategies = new Set(candidates.map(({ strategy }) => strategy));
  return new Map(
    [...strategies].map((strategy) => {
      const all = candidates
        .filter((candidate) => candidate.strategy === strategy)
        .map(({ parameters }) => parameters);
      const keys = [...new Set(all.flatMap(Object.keys))];
      const values = (key: string) => new Set(all.map((parameters) => JSON.stringify(parameters[key])));
      return [strategy, keys.filter((key) => values(key).size > 1)];
    }),
  );
}

function describeWay(
  { base, strategy, parameters, version }: SweptCandidate,
  telling: Map<string, string[]>,
): string {
  const settings = (telling.get(strategy) ?? [])
    .filter((key) => parameters[key] !== undefined)
    .map((key) => `${key}=${String(parameters[key])}`);
  const way = [base === null ? '–' : versionName(base), strategy, ...settings].join(' ');
  return version === null ? way : `${way} → ${versionName(version)}`;
}

function describeTest({ test }: SweptCandidate): string {
  if (test === null) return '–';
  const { low, high } = test.accuracyInterval;
  return `${formatPercent(test.accuracy)} (${(100 * low).toFixed(1)}–${(100 * high).toFixed(1)})`;
}

function describeComparison({ ordinal, comparison }: SweptCandidate, best: number | undefined): string {
  if (ordinal === best) return 'best';
  if (comparison === null) return '';
  const { difference, adjustedPValue, verdict } = comparison;
  const sign = difference > 0 ? '+' : difference < 0 ? '−' : '±';
  const p = adjustedPValue < 0.001 ? 'p < 0.001' : `p = ${adjustedPValue.toFixed(3)}`;
  const what = verdict === 'INDISTINGUISHABLE' ? 'noise' : verdict.toLowerCase();
  return `${sign}${Math.abs(100 * difference).toFixed(1)}, ${p}: ${what}`;
}
