import { z } from 'zod';
import { ZooError } from '../../errors.js';
import type { Evaluation } from '../../learning/evaluation.js';
import { unpackBits } from '../../learning/evaluation/bits.js';
import type { ComparableFit } from '../../plugins/run/evaluate-fit.js';

const fraction = z.number().min(0).max(1);

const comparable = z.object({
  validation: z.object({
    imageCount: z.int().min(1),
    accuracy: fraction,
    accuracyInterval: z.tuple([fraction, fraction]),
  }),
  testRight: z.string(),
});

/**
 * Reads what the evaluation of a candidate says for the comparison, and holds it to the evaluation itself.
 *
 * @throws ZooError JOB_RESULT_INVALID
 */
export function checkComparable(
  reported: unknown,
  { imageCount, accuracy }: Pick<Evaluation, 'imageCount' | 'accuracy'>,
): ComparableFit {
  const parsed = comparable.safeParse(reported);
  if (!parsed.success) throw invalid('it lacks what candidates are compared by');
  const right = unpackBits(parsed.data.testRight, imageCount);
  const count = right?.reduce((sum, bit) => sum + bit, 0);
  if (count === undefined || Math.abs(count / imageCount - accuracy) > 1e-9) {
    throw invalid('the pictures it names rightly are not as many as its accuracy says');
  }
  return parsed.data;
}

function invalid(why: string): ZooError {
  return new ZooError('JOB_RESULT_INVALID', `The evaluation of the candidate does not hold: ${why}.`);
}
