import { ConformanceError } from '../conformance-error.js';
import type { RunCheck } from './conformance-subject.js';

/** Coloured shapes in four classes are told apart far better than by guessing. */
export const learnsAnEasySet: RunCheck = async ({ firstRun, minimumAccuracy }) => {
  const { accuracy, accuracyInterval, imageCount, classes } = (await firstRun()).result.evaluation;
  const [low] = accuracyInterval;
  const chance = 1 / classes.length;
  if (accuracy >= minimumAccuracy && low > chance) return;
  throw new ConformanceError(
    `at least ${percent(minimumAccuracy)} of ${imageCount} easy pictures right, ${percent(chance)} being chance`,
    `${percent(accuracy)} are right, at least ${percent(low)} by the 95 % interval`,
    'check that labels go with their rows, that scaling of features is folded into weights and bias, and that training is long enough; parameters for a network this small can be given to conformanceChecks.',
  );
};

const percent = (fraction: number): string => `${(100 * fraction).toFixed(0)} %`;
