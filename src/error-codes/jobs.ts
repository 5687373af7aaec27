import type { ErrorCodeTable } from './error-code-table.js';

/** Codes of jobs: what ends one, and why. */
export const jobCodes = {
  JOB_ALREADY_FINISHED: { httpStatus: 409, meaning: 'The job has ended; there is nothing left to cancel.' },
  JOB_FAILED: {
    httpStatus: 500,
    meaning: 'The work of a job stopped with an error of its own; the message is what it said.',
  },
  JOB_TIMED_OUT: { httpStatus: 500, meaning: 'One attempt of the job ran longer than the worker allows.' },
  JOB_OUT_OF_MEMORY: { httpStatus: 500, meaning: 'The job needed more memory than the worker allows.' },
  JOB_DISK_FULL: { httpStatus: 500, meaning: 'The job wrote more to the disk than an attempt may.' },
  JOB_REPORTS_TOO_MANY: {
    httpStatus: 500,
    meaning: 'The job reported or logged more than a worker looks at; it was ended.',
  },
  JOB_CHECKPOINT_TOO_LARGE: { httpStatus: 500, meaning: 'A checkpoint of the job is larger than is kept.' },
  JOB_ACCESS_DENIED: {
    httpStatus: 500,
    meaning:
      'A strategy asked for a file or a process that the process of a job may not have; the message says which.',
  },
  JOB_PROCESS_EXITED: { httpStatus: 500, meaning: 'The process of a job ended itself without a result.' },
  JOB_PROCESS_CRASHED: { httpStatus: 500, meaning: 'The process of a job crashed in native code.' },
  JOB_PROCESS_DIED: {
    httpStatus: 500,
    meaning: 'The process of a job was ended from outside and gave no result.',
  },
  JOB_RESULT_INVALID: {
    httpStatus: 500,
    meaning: 'What a job wrote did not pass the checks before publishing; nothing of it was published.',
  },
  JOB_OUTPUT_NAME_REFUSED: {
    httpStatus: 500,
    meaning: 'A job made a file whose name is no plain path within its result; nothing was published.',
  },
  JOB_OUTPUT_NOT_PLAIN: {
    httpStatus: 500,
    meaning: 'A job left a link, pipe or device where its result lies; nothing was published.',
  },
  JOB_OUTPUT_TOO_LARGE: {
    httpStatus: 500,
    meaning: 'The result of a job has more files or bytes than is taken; nothing was published.',
  },
  JOB_INFRASTRUCTURE_FAILED: {
    httpStatus: 503,
    meaning:
      'Machines failed the job, or one candidate of a sweep, more often than it is retried; the work itself may be fine.',
  },
  WORKER_LOST: {
    httpStatus: 503,
    meaning: 'The worker of an attempt went silent; the job is given to another.',
  },
  WORKER_STOPPED: {
    httpStatus: 503,
    meaning: 'The worker of an attempt was stopped and gave its job back; another goes on with it.',
  },
} as const satisfies ErrorCodeTable;
