import { ConformanceError, describeError } from '../conformance-error.js';
import type { FitEvents } from '../trial/observed-fit.js';
import { startTrial } from '../trial/run-trial.js';
import type { ConformanceSubject, RunCheck } from './conformance-subject.js';

/** Told to stop at its start, and in the middle, a fit ends soon: by throwing `signal.reason`, or because it is done. */
export const obeysAnAbort: RunCheck = async (subject) => {
  const { fit } = await subject.secondRun();
  await stopAt(subject, 'its start', (abort) => ({ started: abort }));
  const middle = Math.ceil(fit.eventCount / 2);
  if (middle === 0) return;
  await stopAt(subject, 'its middle', (abort) => ({
    event: (count) => (count === middle ? abort() : undefined),
  }));
};

async function stopAt(
  subject: ConformanceSubject,
  when: string,
  events: (abort: () => void) => FitEvents,
): Promise<void> {
  const { abortMs } = subject;
  const controller = new AbortController();
  const reason = new Error('the job was cancelled');
  let abortedAt: number | undefined;
  let timer: NodeJS.Timeout | undefined;
  let giveUp = (): void => undefined;
  const overdue = new Promise<void>((resolve) => (giveUp = resolve));
  const abort = (): void => {
    if (abortedAt !== undefined) return;
    abortedAt = performance.now();
    timer = setTimeout(giveUp, abortMs);
    controller.abort(reason);
  };
  const expected = `a fit that is told to stop at ${when} ends within ${abortMs / 1000} s, by throwing signal.reason`;
  const { fit, done } = startTrial(subject, { purpose: expected, events: events(abort), abort: controller });
  await Promise.race([done.catch(() => undefined), overdue]);
  clearTimeout(timer);
  if (abortedAt === undefined) {
    await done;
    return;
  }
  const took = (fit.end?.at ?? Number.POSITIVE_INFINITY) - abortedAt;
  if (took > abortMs) {
    throw new ConformanceError(
      expected,
      fit.end === undefined
        ? 'it was still at work then'
        : `it ended after ${(took / 1000).toFixed(1)} s, and nothing else could happen meanwhile`,
      'call `signal.throwIfAborted()` at every step of a loop, and let long computations give way: `await setImmediate()` of node:timers/promises now and then.',
    );
  }
  const error = fit.end?.error;
  if (error === undefined || error === reason) return;
  throw new ConformanceError(
    expected,
    `it threw ${describeError(error)}`,
    'let the error of `signal.throwIfAborted()` through; where you catch errors, throw `signal.reason` when `signal.aborted`.',
    { cause: error },
  );
}
