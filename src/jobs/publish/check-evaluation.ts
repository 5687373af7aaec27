import { z } from 'zod';
import { ZooError } from '../../errors.js';
import type { Evaluation } from '../../learning/evaluation.js';

const fraction = z.number().min(0).max(1);
const count = z.int().min(0);
const change = z.number().min(-1).max(1);

const baselineSchema = z.object({
  name: z.string().min(1).max(100),
  layer: z.string().min(1).max(200),
  accuracy: fraction,
  difference: change,
  differenceInterval: z.tuple([change, change]),
  pValue: fraction,
  verdict: z.enum(['BETTER', 'INDISTINGUISHABLE', 'WORSE']),
});

const evaluationSchema = z.object({
  split: z.enum(['test', 'validation']),
  imageCount: count,
  excludedNearDuplicates: count,
  accuracy: fraction,
  accuracyInterval: z.tuple([fraction, fraction]),
  top5Accuracy: fraction.nullable(),
  balancedAccuracy: fraction,
  macroF1: fraction,
  classes: z.array(z.string()),
  perClass: z.array(
    z.object({
      class: z.string(),
      imageCount: count,
      precision: fraction.nullable(),
      recall: fraction.nullable(),
      f1: fraction.nullable(),
    }),
  ),
  confusion: z.array(z.array(count)),
  calibrationError: fraction.nullable(),
  baseline: baselineSchema.nullable(),
  latency: z.object({ medianMs: z.number().min(0), p90Ms: z.number().min(0) }).nullable(),
});

/**
 * Holds an evaluation, as the process of a job reports it, to its own figures and to the data set: the confusion matrix
 * decides counts, accuracy and recall, whatever stands beside it.
 *
 * @throws ZooError JOB_RESULT_INVALID
 */
export function checkEvaluation(reported: unknown, classes: readonly string[]): Evaluation {
  const parsed = evaluationSchema.safeParse(reported);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw invalid(`its ${issue?.path.join('.') || 'evaluation'} is not as expected: ${issue?.message ?? ''}`);
  }
  const evaluation = parsed.data;
  const { confusion, perClass, imageCount, accuracyInterval } = evaluation;
  if (evaluation.classes.join('\0') !== classes.join('\0'))
    throw invalid('its classes are not those of the data set');
  if (confusion.length !== classes.length || confusion.some((row) => row.length !== classes.length)) {
    throw invalid(`its confusion matrix is not ${classes.length} × ${classes.length}`);
  }
  const shown = confusion.map((row) => row.reduce((sum, cell) => sum + cell, 0));
  const right = confusion.map((row, label) => row[label] ?? 0);
  const total = shown.reduce((sum, cell) => sum + cell, 0);
  if (total === 0 || total !== imageCount) {
    throw invalid(`its confusion matrix counts ${total} pictures, its headline ${imageCount}`);
  }
  const accuracy = right.reduce((sum, cell) => sum + cell, 0) / total;
  if (!near(accuracy, evaluation.accuracy)) throw invalid('its accuracy is not that of its confusion matrix');
  if (accuracyInterval[0] > accuracyInterval[1]) throw invalid('its interval is upside down');
  checkBaseline(evaluation);
  const consistent = perClass.every(
    (row, label) =>
      row.class === classes[label] &&
      row.imageCount === shown[label] &&
      (row.recall === null
        ? shown[label] === 0
        : near(row.recall, (right[label] ?? 0) / (shown[label] ?? 0))),
  );
  if (perClass.length !== classes.length || !consistent) {
    throw invalid('its table by class is not that of its confusion matrix');
  }
  return evaluation;
}

function checkBaseline({ accuracy, baseline }: Evaluation): void {
  if (baseline === null) return;
  const { difference, differenceInterval, pValue, verdict } = baseline;
  if (!near(accuracy - baseline.accuracy, difference)) {
    throw invalid('its difference from the baseline is not that of the two accuracies');
  }
  if (differenceInterval[0] > differenceInterval[1]) {
    throw invalid('the interval of its difference is upside down');
  }
  const claimsMore = verdict === 'BETTER' ? difference <= 0 : verdict === 'WORSE' && difference >= 0;
  if (claimsMore || (verdict !== 'INDISTINGUISHABLE' && pValue >= 0.05)) {
    throw invalid(`its verdict "${verdict}" does not follow from difference and p-value`);
  }
}

const near = (a: number, b: number): boolean => Math.abs(a - b) < 1e-9;

function invalid(why: string): ZooError {
  return new ZooError('JOB_RESULT_INVALID', `The evaluation that the job reported does not hold: ${why}.`);
}
