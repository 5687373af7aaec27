import { ConformanceError, describeError } from '../conformance-error.js';
import { TimeLimit } from './time-limit.js';

/** A run that can be told to stop. */
export interface Stoppable {
  /** How it ended; undefined while it runs. */
  seen: { readonly end: { error?: unknown } | undefined };
  done: Promise<unknown>;
}

/** What starts it is given: the signal's controller, and what stops it at the moment that is to be tried. */
export interface StopSwitch {
  purpose: string;
  controller: AbortController;
  stop(): void;
}

/**
 * Starts something, stops it at some moment, and holds it to an end that comes soon: by throwing `signal.reason`, or
 * because it is done.
 *
 * @param what `a fit`
 * @param when `its start`
 * @throws ConformanceError where it goes on, or ends in another error
 */
export async function endsWhenTold(
  { what, when, abortMs }: { what: string; when: string; abortMs: number },
  start: (stopSwitch: StopSwitch) => Stoppable,
): Promise<void> {
  const controller = new AbortController();
  const reason = new Error('the job was cancelled');
  let limit: TimeLimit | undefined;
  let timer: NodeJS.Timeout | undefined;
  let giveUp = (): void => undefined;
  const overdue = new Promise<void>((resolve) => (giveUp = resolve));
  const stop = (): void => {
    if (limit !== undefined) return;
    const started = (limit = new TimeLimit(abortMs));
    timer = setInterval(() => (started.hasPassed ? giveUp() : undefined), started.lookMs);
    controller.abort(reason);
  };
  const purpose = `${what} that is told to stop at ${when} ends within ${abortMs / 1000} s, by throwing signal.reason`;
  const { seen, done } = start({ purpose, controller, stop });
  await Promise.race([done.catch(() => undefined), overdue]);
  clearInterval(timer);
  if (limit === undefined) {
    await done;
    return;
  }
  if (limit.hasPassed) {
    throw new ConformanceError(
      purpose,
      seen.end === undefined
        ? 'it was still at work then'
        : `it ended after ${(limit.elapsedMs / 1000).toFixed(1)} s, and nothing else could happen meanwhile`,
      'call `signal.throwIfAborted()` at every step of a loop, and let long computations give way: `await setImmediate()` of node:timers/promises now and then.',
    );
  }
  const error = seen.end?.error;
  if (error === undefined || error === reason) return;
  throw new ConformanceError(
    purpose,
    `it threw ${describeError(error)}`,
    'let the error of `signal.throwIfAborted()` through; where you catch errors, throw `signal.reason` when `signal.aborted`.',
    { cause: error },
  );
}
