import type { Strategy } from '../contract.js';
import { shareRuns, type ConformanceSubject, type RunCheck } from './checks/conformance-subject.js';
import { checkIsPure } from './checks/check-is-pure.js';
import {
  estimateLeavesTheBaseUnchanged,
  estimateObeysAnAbort,
  estimatesWithinBounds,
  sameSeedSameEstimate,
} from './checks/estimates.js';
import { defaultsAreValid } from './checks/defaults-are-valid.js';
import { leaksNoTensors } from './checks/leaks-no-tensors.js';
import { learnsAnEasySet } from './checks/learns-an-easy-set.js';
import { leavesTheBaseUnchanged } from './checks/leaves-the-base-unchanged.js';
import { metadataIsComplete } from './checks/metadata-is-complete.js';
import { obeysAnAbort } from './checks/obeys-an-abort.js';
import { predictsTheSameAfterSaveAndLoad } from './checks/predicts-the-same-after-save-and-load.js';
import { resumesToTheSameResult } from './checks/resumes-to-the-same-result.js';
import { sameSeedSameResult } from './checks/same-seed-same-result.js';
import {
  takesAnOddInputSize,
  takesManyClasses,
  takesOnePicture,
  takesTwoClasses,
} from './checks/takes-any-task.js';

const checks = {
  'metadata is complete': metadataIsComplete,
  'defaults are valid': defaultsAreValid,
  'check is pure': checkIsPure,
  'learns an easy set': learnsAnEasySet,
  'same seed, same result': sameSeedSameResult,
  'leaves the base model unchanged': leavesTheBaseUnchanged,
  'predicts the same after save and load': predictsTheSameAfterSaveAndLoad,
  'leaks no tensors': leaksNoTensors,
  'obeys an abort': obeysAnAbort,
  'resumes to the same result': resumesToTheSameResult,
  'takes 2 classes': takesTwoClasses,
  'takes 40 classes': takesManyClasses,
  'takes a class with one picture': takesOnePicture,
  'takes an odd input size': takesAnOddInputSize,
  'estimate is within bounds': estimatesWithinBounds,
  'estimate is the same with the same seed': sameSeedSameEstimate,
  'estimate leaves the base model unchanged': estimateLeavesTheBaseUnchanged,
  'estimate obeys an abort': estimateObeysAnAbort,
} satisfies Record<ConformanceCheckName, RunCheck>;

/** What a check is called, in a test runner's report and in `leaveOut`. */
export type ConformanceCheckName =
  | 'metadata is complete'
  | 'defaults are valid'
  | 'check is pure'
  | 'learns an easy set'
  | 'same seed, same result'
  | 'leaves the base model unchanged'
  | 'predicts the same after save and load'
  | 'leaks no tensors'
  | 'obeys an abort'
  | 'resumes to the same result'
  | 'takes 2 classes'
  | 'takes 40 classes'
  | 'takes a class with one picture'
  | 'takes an odd input size'
  | 'estimate is within bounds'
  | 'estimate is the same with the same seed'
  | 'estimate leaves the base model unchanged'
  | 'estimate obeys an abort';

/** One property that every strategy has. */
export interface ConformanceCheck {
  name: ConformanceCheckName;
  /** Why it is left out, as `leaveOut` says; false where it is not. Test runners take it as their `skip`. */
  skip: string | false;
  /**
   * Resolves when the strategy passes.
   *
   * @param test the test's context as node:test and vitest give it; what cannot be looked at with this strategy is then
   *   reported as skipped, with the reason. Without it, it counts as passed.
   * @throws ConformanceError saying what was expected, what happened and how to mend it
   */
  run(test?: { skip?: (reason: string) => unknown }): Promise<void>;
}

/** What is different about a strategy, or about the time there is. */
export interface ConformanceOptions {
  /** Parameters for all runs, where the defaults are too slow or too weak for a network of 12,000 weights. */
  parameters?: Record<string, unknown>;
  /** Checks that are not for this strategy, each with the reason, which test runners report. */
  leaveOut?: Partial<Record<ConformanceCheckName, string>>;
  /** Share of the easy pictures, four classes of coloured shapes, that must be named right. 0.7 by default. */
  minimumAccuracy?: number;
  limits?: {
    /**
     * Milliseconds that one run may take: fit, evaluation and writing. 60,000 by default. What other programs take of the
     * machine does not count, here and below.
     */
    runMs?: number;
    /** Milliseconds in which a fit must end after the signal to stop. 2,000 by default. */
    abortMs?: number;
  };
}

/**
 * The conformance kit: what every strategy has to do, as tests for any test runner. It draws its own pictures and its own
 * small network, once per process, in a temporary folder; nothing is downloaded. Checks of an estimate are among them
 * where the strategy has one.
 *
 * @example
 * import { test } from 'node:test';
 * for (const { name, skip, run } of conformanceChecks(strategy)) test(name, { skip }, run);
 * @throws RangeError where `leaveOut` names no check
 */
export function conformanceChecks(strategy: Strategy, options: ConformanceOptions = {}): ConformanceCheck[] {
  const { parameters = {}, leaveOut = {}, minimumAccuracy = 0.7, limits = {} } = options;
  const { runMs = 60_000, abortMs = 2000 } = limits;
  const unknown = Object.keys(leaveOut).filter((name) => !Object.hasOwn(checks, name));
  if (unknown.length > 0) {
    throw new RangeError(
      `leaveOut names ${unknown.join(', ')}; the checks are ${Object.keys(checks).join(', ')}.`,
    );
  }
  const subject = shareRuns({ strategy, parameters, minimumAccuracy, runMs, abortMs });
  const names = (Object.keys(checks) as ConformanceCheckName[]).filter(
    (name) => strategy.estimate !== undefined || !name.startsWith('estimate'),
  );
  return names.map((name) => ({
    name,
    skip: leaveOut[name] ?? false,
    // The default value keeps `length` at 0: runners take a declared parameter for a callback.
    run: (test = undefined) => perform(checks[name], subject, leaveOut[name], test),
  }));
}

async function perform(
  check: RunCheck,
  subject: ConformanceSubject,
  leftOutBecause: string | undefined,
  test: Parameters<ConformanceCheck['run']>[0],
): Promise<void> {
  const reason = leftOutBecause ?? (await check(subject))?.skipped;
  if (reason !== undefined) test?.skip?.(reason);
}
