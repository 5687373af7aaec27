import type {
  AdviceDetails,
  AdviceLine,
  Expectation,
  NamedVersion,
  PromisedValue,
} from '../client/advice.js';
import { formatBytes, formatDuration, formatPercent } from './format.js';
import { formatTable } from './table.js';

/** Lines whose reasons are printed; those of all are in the JSON. */
const reasonsShown = 5;

/** An advice as text: what to do, the table, and why. */
export function formatAdvice(advice: AdviceDetails, width: number | undefined): string {
  const { summary, candidates, candidateCount } = advice;
  const paragraphs = [summary, describeMeasuring(advice)];
  if (candidates.length > 0) paragraphs.push(formatLines(candidates, width));
  if (candidates.length < candidateCount) {
    paragraphs.push(`${candidateCount - candidates.length} more stand in the advice.`);
  }
  const estimated = candidates.filter(isEstimated);
  paragraphs.push(...estimated.slice(0, reasonsShown).map(formatReason));
  const unknown = candidates.filter((line) => !isEstimated(line));
  if (unknown.length > 0) {
    paragraphs.push(unknown.map((line) => `${title(line)}\n    ${line.reason}`).join('\n'));
  }
  const notMeasured = describeNotMeasured(advice);
  if (notMeasured.length > 0) paragraphs.push(['Not measured:', ...notMeasured].join('\n'));
  return paragraphs.join('\n\n');
}

function describeNotMeasured({ notMeasured, notConsidered: more }: AdviceDetails): string[] {
  const lines = notMeasured.map(({ version, reason }) => `  ${nameOf(version)}: ${reason}`);
  if (more === 0) return lines;
  return [
    ...lines,
    `  ${more} more ${more === 1 ? 'model' : 'models'} that you can see: an advice looks at no more than 200. Name those that matter with --models.`,
  ];
}

/** `77.9 % (74.1–81.3 %)`: what is expected, and the interval of 80 %. */
export function formatPromise({ value, low, high }: PromisedValue): string {
  return `${formatPercent(value)} (${(100 * low).toFixed(1)}–${formatPercent(high)})`;
}

/** What a launch is expected to come to, a fact a line. */
export function formatExpectation({
  accuracy,
  seconds,
  peakMemoryBytes,
  storedBytes,
  reason,
  warnings,
}: Expectation): string {
  const unknown = 'not estimated';
  const facts: [string, string][] = [
    ['accuracy', accuracy === null ? unknown : `${formatPromise(accuracy)}, 80 % interval`],
    [
      'time',
      seconds === null
        ? unknown
        : `${formatSeconds(seconds.value)} (${formatSeconds(seconds.low)} to ${formatSeconds(seconds.high)})`,
    ],
    ['memory', peakMemoryBytes === null ? unknown : `${formatBytes(peakMemoryBytes)} at its peak`],
    ['stored', storedBytes === null ? unknown : `${formatBytes(storedBytes)} more than now`],
  ];
  return [
    ...facts.map(([label, text]) => `  ${label.padEnd(10)} ${text}`),
    '',
    reason,
    ...warnings.map((warning) => `! ${warning}`),
  ].join('\n');
}

/** `owner/name@number`; in words where it is gone. */
export function nameOf(version: NamedVersion): string {
  return version === null
    ? '(a model that is gone)'
    : `${version.model.owner.name}/${version.model.name}@${version.number}`;
}

function describeMeasuring({ measurements, scenario }: AdviceDetails): string {
  const { dataset, models, spentSeconds, budgetSeconds } = measurements;
  const whole = models.filter(({ state }) => state === 'MEASURED').length;
  const scene = scenario === null ? '' : `${scenarioInWords[scenario] ?? scenario} `;
  return (
    `${scene}${whole} of ${models.length} ${models.length === 1 ? 'model' : 'models'} measured to the end on ` +
    `${dataset.train} training pictures of ${dataset.classes} classes, in ${formatSeconds(spentSeconds)} of ${formatSeconds(budgetSeconds)}.`
  );
}

const scenarioInWords: Record<string, string> = {
  SMALL_SIMILAR: 'Few pictures, like those that the network knows.',
  LARGE_SIMILAR: 'Many pictures, like those that the network knows.',
  SMALL_DIFFERENT: 'Few pictures, unlike those that the network knows.',
  LARGE_DIFFERENT: 'Many pictures, unlike those that the network knows.',
};

function formatLines(lines: readonly AdviceLine[], width: number | undefined): string {
  const happened = lines.some(({ outcomes }) => outcomes.length > 0);
  return formatTable(
    [
      { heading: 'RANK', align: 'right' },
      { heading: 'MODEL', shrink: true },
      { heading: 'STRATEGY' },
      { heading: 'CUT' },
      { heading: 'ACCURACY', align: 'right' },
      { heading: 'TIME', align: 'right' },
      { heading: 'MEMORY', align: 'right' },
      { heading: 'STORED', align: 'right' },
      ...(happened ? [{ heading: 'CAME TO', align: 'right' as const }] : []),
    ],
    lines.map((line) => [
      String(line.rank),
      nameOf(line.version),
      strategyOf(line),
      line.layer ?? '–',
      line.accuracy === null ? 'not estimated' : formatPromise(line.accuracy),
      line.seconds === null ? '–' : formatSeconds(line.seconds.value),
      line.peakMemoryBytes === null ? '–' : formatBytes(line.peakMemoryBytes),
      line.storedBytes === null ? '–' : formatBytes(line.storedBytes),
      ...(happened ? [line.outcomes.map(({ accuracy }) => formatPercent(accuracy)).join(', ') || '–'] : []),
    ]),
    width ?? Infinity,
  );
}

function formatReason(line: AdviceLine): string {
  return [title(line), `    ${line.reason}`, ...line.warnings.map((warning) => `    ! ${warning}`)].join(
    '\n',
  );
}

function title(line: AdviceLine): string {
  const gone = line.isGone ? ' (cannot be launched any more: the model is gone)' : '';
  return `${line.rank}. ${strategyOf(line)} on ${nameOf(line.version)}${gone}`;
}

/** The strategy with what is set beside the cut: `feature-extraction-svm softmax`. */
function strategyOf({ strategy, parameters }: AdviceLine): string {
  const set = Object.entries(parameters).flatMap(([name, value]) =>
    name === 'layer' ? [] : typeof value === 'string' ? [value] : [`${name}=${JSON.stringify(value)}`],
  );
  return [strategy, ...set].join(' ');
}

function isEstimated({ accuracy }: AdviceLine): boolean {
  return accuracy !== null;
}

const formatSeconds = (seconds: number): string => formatDuration(seconds * 1000);
