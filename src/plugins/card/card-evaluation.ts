import type { Evaluation } from '../../learning/evaluation.js';
import { describeBaseline } from '../../learning/evaluation/describe-baseline.js';
import { escapeCell, table } from './markdown.js';

/** The headline of an evaluation, and what it comes to beside its baseline. */
export function headlineSection(evaluation: Evaluation): string {
  const [low, high] = evaluation.accuracyInterval;
  const rows: string[][] = [
    ['Accuracy', `${percent(evaluation.accuracy)} (95 % interval ${percent(low)} to ${percent(high)})`],
    ...optionalRow('Top-5 accuracy', evaluation.top5Accuracy),
    ['Balanced accuracy', percent(evaluation.balancedAccuracy)],
    ['Macro F1', fixed(evaluation.macroF1)],
    ...(evaluation.calibrationError === null
      ? []
      : [['Expected calibration error, 15 bins', fixed(evaluation.calibrationError)]]),
  ];
  const excluded =
    evaluation.excludedNearDuplicates === 0
      ? ''
      : ` ${evaluation.excludedNearDuplicates} more were left out because they nearly equal pictures of earlier splits.`;
  return (
    `Measured on ${evaluation.imageCount} pictures of the ${evaluation.split} split, which the fit never saw, with the files as they are published.${excluded}\n\n` +
    table(['Measure', 'Value'], rows) +
    (evaluation.baseline === null ? '' : `\n\n${escapeCell(describeBaseline(evaluation.baseline))}`)
  );
}

const optionalRow = (name: string, value: number | null): string[][] =>
  value === null ? [] : [[name, percent(value)]];

/** Precision, recall and F1 of every class. */
export function classSection({ perClass }: Evaluation): string {
  const cell = (value: number | null) => (value === null ? '–' : fixed(value));
  return table(
    ['Class', 'Pictures', 'Precision', 'Recall', 'F1'],
    perClass.map((row) => [
      row.class,
      String(row.imageCount),
      cell(row.precision),
      cell(row.recall),
      cell(row.f1),
    ]),
  );
}

/** Readable up to a page's width; larger ones are told by their most frequent mistakes. */
const widestMatrix = 20;

/** What was taken for what. */
export function confusionSection({ classes, confusion }: Evaluation): string {
  if (classes.length <= widestMatrix) {
    return (
      'Rows are what a picture shows, columns what the model says.\n\n' +
      table(
        ['', ...classes],
        confusion.map((row, actual) => [classes[actual] ?? '', ...row.map(String)]),
      )
    );
  }
  const mistakes = confusion
    .flatMap((row, actual) =>
      row.map((count, predicted) => ({ actual, predicted, count: actual === predicted ? 0 : count })),
    )
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count)
    .slice(0, 20);
  if (mistakes.length === 0) return 'No picture was named wrongly.';
  return (
    'The most frequent mistakes; the whole matrix stands in the version’s evaluation.\n\n' +
    table(
      ['Shows', 'Named as', 'Pictures'],
      mistakes.map(({ actual, predicted, count }) => [
        classes[actual] ?? '',
        classes[predicted] ?? '',
        String(count),
      ]),
    )
  );
}

const fixed = (value: number): string => value.toFixed(3);

const percent = (fraction: number): string => `${(100 * fraction).toFixed(1)} %`;
