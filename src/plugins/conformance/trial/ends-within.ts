import { ConformanceError } from '../conformance-error.js';
import { TimeLimit } from './time-limit.js';

/** A run that is stopped when it takes too long. @throws ConformanceError where it does, else what the run throws */
export async function endsWithin<Result>(
  running: Promise<Result>,
  limitMs: number,
  purpose: string,
  abort: AbortController,
): Promise<Result> {
  const limit = new TimeLimit(limitMs);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setInterval(() => {
      if (!limit.hasPassed) return;
      clearInterval(timer);
      const error = new ConformanceError(
        purpose,
        `the run was not done after ${limitMs / 1000} s`,
        'give quicker `parameters` to conformanceChecks (fewer epochs, smaller pictures), or a larger `limits.runMs`; if it waits for something, find out for what.',
      );
      abort.abort(error);
      reject(error);
    }, limit.lookMs);
  });
  // Whichever is later has nobody to tell.
  running.catch(ignore);
  late.catch(ignore);
  try {
    return await Promise.race([running, late]);
  } finally {
    clearInterval(timer);
  }
}

const ignore = (): void => undefined;
