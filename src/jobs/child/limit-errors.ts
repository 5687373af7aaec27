import type { JobError } from '../../zoo/job-types.js';
import type { AttemptLimits } from './attempt-limits.js';

const megabytes = (bytes: number) => `${Math.round(bytes / 1024 ** 2)} MB`;

/** @param processes how many used it. */
export function outOfMemory(usedBytes: number, limitBytes: number, processes = 1): JobError {
  const who = processes > 1 ? ` in ${processes} processes` : '';
  return heapFull(`it used ${megabytes(usedBytes)}${who} of at most ${megabytes(limitBytes)}`);
}

/** The same where nothing is known but that it was too much. */
export function heapFull(how = 'its heap was full'): JobError {
  return {
    code: 'JOB_OUT_OF_MEMORY',
    message: `The job needed more memory than it may have: ${how}. Choose a smaller model or cut, or a worker with more memory.`,
  };
}

export function diskFull(used: number, limit: number, of: 'bytes' | 'files' = 'bytes'): JobError {
  const shown = of === 'bytes' ? megabytes : (count: number) => `${count} files`;
  return {
    code: 'JOB_DISK_FULL',
    message: `The job wrote ${shown(used)} of at most ${shown(limit)}. A strategy keeps large data in memory or in the feature cache; ZOO_JOB_DISK_BYTES says how much it may write.`,
  };
}

export function timedOut({ timeMs }: Pick<AttemptLimits, 'timeMs'>): JobError {
  return {
    code: 'JOB_TIMED_OUT',
    message: `The job ran longer than the ${Math.round(timeMs / 60_000)} minutes an attempt may take; use fewer pictures or raise ZOO_JOB_TIMEOUT_MINUTES.`,
  };
}

export function stderrTooLong(limitBytes: number): JobError {
  return {
    code: 'JOB_REPORTS_TOO_MANY',
    message: `The job wrote more than ${megabytes(limitBytes)} to stderr; a strategy uses the log of its context, and says little.`,
  };
}
