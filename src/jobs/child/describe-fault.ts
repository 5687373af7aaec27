import type { ErrorCode } from '../../error-codes.js';
import { ZooError } from '../../errors.js';
import type { JobError } from '../../zoo/job-types.js';
import { redact } from '../../redact.js';

/** What a person is told of an error that ended an attempt. */
export function describeFault(error: unknown): JobError {
  if (error instanceof ZooError) return { code: error.code, message: redact(error.message) };
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return {
      code: 'DISK_NEARLY_FULL',
      message: 'The worker’s disk is full; free space there, or lower ZOO_CACHE_BYTES.',
    };
  }
  return { code: 'INTERNAL', message: 'A fault of the worker; its log has the details under the job’s id.' };
}

const transient = new Set<string>([
  'DATABASE_UNAVAILABLE',
  'STORE_UNAVAILABLE',
  'DISK_NEARLY_FULL',
  'DIGEST_MISMATCH',
  'UPLOAD_TRUNCATED',
  'INTERNAL',
  // Of this worker; another may have the build as it was installed.
  'PLUGIN_CHANGED',
] satisfies ErrorCode[]);

/** Whether another attempt, perhaps on another worker, may do better. */
export function isTransient(error: JobError): boolean {
  return transient.has(error.code);
}
