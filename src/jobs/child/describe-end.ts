import type { JobError } from '../../zoo/job-types.js';
import { heapFull } from './limit-errors.js';

/** What a native crash ends a process by. The same work would crash again. */
const crashes = new Set<NodeJS.Signals>(['SIGSEGV', 'SIGABRT', 'SIGILL', 'SIGFPE', 'SIGBUS', 'SIGTRAP']);

/** Why a process that gave no result is gone. */
export type ProcessDeath =
  /** It did it itself: another attempt would end alike. */
  | { kind: 'failed'; error: JobError }
  /** Somebody or something else did it. */
  | { kind: 'died'; error: JobError };

export function describeDeath(
  exitCode: number | null,
  signal: NodeJS.Signals | null,
  stderr: string,
): ProcessDeath {
  if (/heap out of memory|Allocation failed|bad_alloc/.test(stderr)) {
    return { kind: 'failed', error: heapFull() };
  }
  if (signal === null) {
    return {
      kind: 'failed',
      error: {
        code: 'JOB_PROCESS_EXITED',
        message: `The process of the job ended itself with exit code ${exitCode} and without a result; a strategy returns or throws.`,
      },
    };
  }
  if (crashes.has(signal)) {
    return {
      kind: 'failed',
      error: {
        code: 'JOB_PROCESS_CRASHED',
        message: `The process of the job crashed in native code (${signal}) and gave no result.`,
      },
    };
  }
  return {
    kind: 'died',
    error: {
      code: 'JOB_PROCESS_DIED',
      message: `The process of the job was ended by ${signal} and gave no result; the system does that where memory runs out.`,
    },
  };
}
