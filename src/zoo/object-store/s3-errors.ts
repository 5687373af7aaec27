import { setTimeout as delay } from 'node:timers/promises';
import { ZooError } from '../../errors.js';

/** How often a request is sent in all, and the first pause; each further one is twice as long. */
const attempts = 4;
const firstPauseMs = 100;

/** The S3 error code of an error, such as `NoSuchKey`, or the code of the operating system, such as `ECONNREFUSED`. */
export function s3Code(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

/** Only these say that an object is not there; a 404 without such a body may come from anything on the way. */
export function isAbsent(error: unknown): boolean {
  return s3Code(error) === 'NoSuchKey';
}

/** Everything an S3 server answers that is not an expected outcome, as a person should see it. */
export function storeUnavailable(error: unknown): unknown {
  if (error instanceof ZooError) return error;
  const code = s3Code(error);
  return new ZooError(
    'STORE_UNAVAILABLE',
    `The S3 server refused or did not answer${code === '' ? '' : ` (${code})`}. Try again; if it goes on, ` +
      'the operator should check S3_ENDPOINT, the keys and the bucket.',
    code === '' ? {} : { code },
    { cause: error },
  );
}

/**
 * Sends a request again after failures that pass by themselves: broken connections, 5xx, throttling. For requests that
 * can be repeated, with a body held in memory or none.
 *
 * @throws ZooError STORE_UNAVAILABLE; errors that `expected` accepts are passed on as they are.
 */
export async function retrying<T>(request: () => Promise<T>, expected = (_: unknown) => false): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await request();
    } catch (error) {
      if (expected(error)) throw error;
      if (attempt === attempts || !isTransient(error)) throw storeUnavailable(error);
      await delay(firstPauseMs * 2 ** (attempt - 1) * (1 + Math.random()));
    }
  }
}

const transientCodes = new Set([
  ...['ECONNRESET', 'ECONNREFUSED', 'ECONNABORTED', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'EAI_AGAIN'],
  ...[
    'SlowDown',
    'InternalError',
    'ServiceUnavailable',
    'RequestTimeout',
    'OperationAborted',
    'XMinioServerNotInitialized',
  ],
]);

export function isTransient(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  // What the minio client makes of 408, 429 and 5xx.
  return (
    transientCodes.has(s3Code(error)) || /Retryable HTTP status|socket hang up|aborted/.test(error.message)
  );
}
