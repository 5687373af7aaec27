import type { Evaluation } from '../../learning/evaluation.js';
import { describeBaseline } from '../../learning/evaluation/describe-baseline.js';
import { formatLatency, formatPercent } from './format.js';
import { formatTable } from './table.js';

/** An evaluation as text: accuracy with its interval, the per-class table and the confusion matrix. */
export function formatEvaluation(evaluation: Evaluation): string {
  return [
    formatHeadline(evaluation),
    '',
    formatPerClass(evaluation),
    '',
    'Confusion: rows are what a picture shows, columns what the model said.',
    formatConfusion(evaluation.classes, evaluation.confusion),
  ].join('\n');
}

/** `Accuracy 81.7 % (95 % interval 74.2–88.3 %) on 120 test pictures that it never saw.` */
export function formatHeadline(evaluation: Evaluation): string {
  const [low, high] = evaluation.accuracyInterval;
  const interval = `95 % interval ${(low * 100).toFixed(1)}–${(high * 100).toFixed(1)} %`;
  const excluded =
    evaluation.excludedNearDuplicates > 0
      ? ` (${evaluation.excludedNearDuplicates} near-duplicates of training pictures left out)`
      : '';
  const more = [
    `balanced ${formatPercent(evaluation.balancedAccuracy)}`,
    `macro F1 ${formatPercent(evaluation.macroF1)}`,
    ...(evaluation.top5Accuracy === null ? [] : [`top-5 ${formatPercent(evaluation.top5Accuracy)}`]),
    ...(evaluation.calibrationError === null
      ? []
      : [`calibration error ${evaluation.calibrationError.toFixed(3)}`]),
  ];
  return [
    `Accuracy ${formatPercent(evaluation.accuracy)} (${interval})`,
    `on ${evaluation.imageCount} ${evaluation.split} pictures that it never saw${excluded}; ${more.join(', ')}.`,
    ...(evaluation.baseline === null ? [] : [describeBaseline(evaluation.baseline)]),
    ...(evaluation.latency === null ? [] : [`One picture takes ${formatLatency(evaluation.latency)}.`]),
  ].join('\n');
}

function formatPerClass(evaluation: Evaluation): string {
  return formatTable(
    [
      { heading: 'CLASS', shrink: true },
      { heading: 'PICTURES', align: 'right' },
      { heading: 'PRECISION', align: 'right' },
      { heading: 'RECALL', align: 'right' },
      { heading: 'F1', align: 'right' },
    ],
    evaluation.perClass.map((row) => [
      row.class,
      String(row.imageCount),
      formatPercent(row.precision),
      formatPercent(row.recall),
      formatPercent(row.f1),
    ]),
  );
}

/** Beyond this many classes a matrix does not fit a terminal: the most frequent confusions are listed instead. */
const matrixLimit = 16;

function formatConfusion(classes: string[], confusion: number[][]): string {
  if (classes.length > matrixLimit) return formatMostConfused(classes, confusion);
  const short = classes.map((name) => name.slice(0, 5));
  return formatTable(
    [{ heading: '', shrink: true }, ...short.map((heading) => ({ heading, align: 'right' as const }))],
    confusion.map((row, actual) => [
      classes[actual] ?? '',
      ...row.map((count) => (count === 0 ? '·' : String(count))),
    ]),
  );
}

function formatMostConfused(classes: string[], confusion: number[][]): string {
  const pairs = confusion.flatMap((row, actual) =>
    row.flatMap((count, predicted) =>
      actual !== predicted && count > 0 ? [{ actual, predicted, count }] : [],
    ),
  );
  const worst = pairs.sort((first, second) => second.count - first.count).slice(0, 12);
  return formatTable(
    [{ heading: 'SHOWS', shrink: true }, { heading: 'SAID' }, { heading: 'TIMES', align: 'right' }],
    worst.map(({ actual, predicted, count }) => [
      classes[actual] ?? '',
      classes[predicted] ?? '',
      String(count),
    ]),
  );
}
