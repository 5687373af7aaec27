import { setTimeout as wait } from 'node:timers/promises';
import { ZooError } from '../../errors.js';

const attempts = 5;
const firstWaitMs = 250;

/**
 * Tries `work` up to five times with growing waits. What the server refused (a ZooError) is final; a broken connection
 * or a status of 5xx is worth another try.
 *
 * @throws ZooError TRANSFER_FAILED after the last try.
 */
export async function withRetries<Result>(
  what: string,
  work: () => Promise<Result>,
  signal?: AbortSignal,
): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (signal?.aborted || (error instanceof ZooError && error.httpStatus < 500)) throw error;
      if (attempt === attempts) {
        const reason = error instanceof Error ? error.message : String(error);
        throw new ZooError(
          'TRANSFER_FAILED',
          `${what} failed ${attempts} times, the last time with: ${reason} Run the command again; it goes on where it stopped.`,
          {},
          { cause: error },
        );
      }
      await wait(firstWaitMs * 2 ** (attempt - 1), undefined, { signal });
    }
  }
}
