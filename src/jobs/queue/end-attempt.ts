import type { EntityManager } from 'typeorm';
import type { JobError } from '../../zoo/job-types.js';
import type { Zoo } from '../../zoo/zoo.js';
import { executeSql } from './execute-sql.js';
import { appendStateEvent, heldByFence, type Fence } from '../events/job-events.js';
import { jobSignals } from '../events/job-signals.js';
import { failLostCandidate } from './fail-lost-candidate.js';
import { enqueueJob } from './queue.js';

/** How many times a machine may fail a job, or one candidate of a sweep, before that fails. */
export const infrastructureRetries = 3;

/** How an attempt ended, other than by publishing its result. */
export type AttemptEnd =
  /** The work itself cannot succeed; running it again would not help. */
  | { kind: 'failed'; error: JobError }
  | { kind: 'cancelled' }
  /** A machine, a network or a process failed it: run it again, within the budget. */
  | { kind: 'lost'; error: JobError }
  /** The worker cannot go on and gives the job back unharmed: it stops, or has not what the job needs any more. */
  | { kind: 'handed-back'; because: 'worker-stopping' | 'strategy-removed' };

/** What of a job's row decides how it goes on. */
export interface LockedJob {
  id: string;
  fence: number;
  infrastructure_failures: number;
  cancel_requested_at: Date | null;
}

/**
 * Ends an attempt and its job, or queues the job again, in one transaction under the fence.
 *
 * @returns false when the fence no longer holds: someone else decides about the job.
 */
export async function endAttempt(zoo: Zoo, fence: Fence, end: AttemptEnd): Promise<boolean> {
  const held = await zoo.database.transaction(async (manager) => {
    const job = await lockHeldJob(manager, fence);
    if (job !== undefined) await settleAttempt(manager, job, end);
    return job !== undefined;
  });
  if (held) announceEnd(zoo, fence.jobId);
  return held;
}

/** Locks the job's row if the fence holds. Nobody else can take the job before this transaction ends. */
export async function lockHeldJob(
  manager: EntityManager,
  { jobId, fence }: Fence,
): Promise<LockedJob | undefined> {
  const { rows } = await executeSql<LockedJob>(
    manager,
    `SELECT id, fence, infrastructure_failures, cancel_requested_at FROM jobs WHERE ${heldByFence} FOR UPDATE`,
    [jobId, fence],
  );
  return rows[0];
}

/** Writes the end of the attempt of a locked, running job, and what becomes of the job. */
export async function settleAttempt(manager: EntityManager, job: LockedJob, end: AttemptEnd): Promise<void> {
  if (end.kind === 'cancelled' || (end.kind !== 'failed' && job.cancel_requested_at !== null)) {
    await closeAttempt(manager, job, 'CANCELLED', null);
    await finishJob(manager, job, 'CANCELLED', null);
    return;
  }
  if (end.kind === 'failed') {
    await closeAttempt(manager, job, 'FAILED', end.error);
    await finishJob(manager, job, 'FAILED', end.error);
    return;
  }
  const error = end.kind === 'lost' ? end.error : handedBack[end.because];
  await closeAttempt(manager, job, 'LOST', error);
  const failures = job.infrastructure_failures + (end.kind === 'lost' ? 1 : 0);
  if (failures <= infrastructureRetries) {
    const delaySeconds = end.kind === 'lost' ? 2 ** failures : 0;
    await queueAgain(manager, job, { because: error, failures, delaySeconds });
    return;
  }
  const lostTooOften = (what: string): JobError => ({
    code: 'JOB_INFRASTRUCTURE_FAILED',
    message: `${what} was started and lost ${failures} times, the last time because: ${error.message} Launch it again once the workers are well.`,
  });
  const because = await failLostCandidate(manager, job.id, lostTooOften);
  if (because === undefined) await finishJob(manager, job, 'FAILED', lostTooOften('The job'));
  else await queueAgain(manager, job, { because, failures: 0, delaySeconds: 1 });
}

/** The version that a job made; neither where its result is something else. */
export interface JobResult {
  modelVersionId?: string | null;
  datasetVersionId?: string | null;
}

/** Completes the attempt of a locked, running job with what it made, in the transaction that makes it. */
export async function completeJob(
  manager: EntityManager,
  job: LockedJob,
  { modelVersionId = null, datasetVersionId = null }: JobResult,
): Promise<void> {
  await closeAttempt(manager, job, 'COMPLETED', null);
  await executeSql(
    manager,
    `UPDATE jobs SET result_model_version_id = $2, result_dataset_version_id = $3 WHERE id = $1`,
    [job.id, modelVersionId, datasetVersionId],
  );
  await finishJob(manager, job, 'COMPLETED', null);
}

/** After the commit: wakes who watches the job and, should it be queued again, a worker. */
export function announceEnd(zoo: Zoo, jobId: string): void {
  const signals = jobSignals(zoo.database);
  signals.emit('changed', jobId);
  signals.emit('queued');
}

async function queueAgain(
  manager: EntityManager,
  { id }: LockedJob,
  { because, failures, delaySeconds }: { because: JobError; failures: number; delaySeconds: number },
): Promise<void> {
  await executeSql(
    manager,
    `UPDATE jobs SET state = 'QUEUED', worker_id = NULL, lease_expires_at = NULL, infrastructure_failures = $2 WHERE id = $1`,
    [id, failures],
  );
  await appendStateEvent(manager, id, 'QUEUED', { because });
  await enqueueJob(manager, id, { delaySeconds });
}

async function closeAttempt(
  manager: EntityManager,
  job: LockedJob,
  outcome: 'COMPLETED' | 'FAILED' | 'CANCELLED' | 'LOST',
  error: JobError | null,
): Promise<void> {
  await executeSql(
    manager,
    `UPDATE attempts SET outcome = $3, error = $4, ended_at = now() WHERE job_id = $1 AND fence = $2`,
    [job.id, job.fence, outcome, error === null ? null : JSON.stringify(error)],
  );
}

async function finishJob(
  manager: EntityManager,
  job: LockedJob,
  state: 'COMPLETED' | 'FAILED' | 'CANCELLED',
  error: JobError | null,
): Promise<void> {
  await executeSql(
    manager,
    `UPDATE jobs SET state = $2, error = $3, lease_expires_at = NULL, finished_at = now() WHERE id = $1`,
    [job.id, state, error === null ? null : JSON.stringify(error)],
  );
  await dropUnfinished(manager, job.id);
  await appendStateEvent(manager, job.id, state, error === null ? {} : { error });
}

/**
 * Lets go of what an ended job's attempts left for those after them: nobody goes on from it. The garbage collection takes
 * the bytes.
 */
export async function dropUnfinished(manager: EntityManager, jobId: string): Promise<void> {
  await executeSql(manager, `DELETE FROM job_checkpoints WHERE job_id = $1`, [jobId]);
  await executeSql(manager, `DELETE FROM sweep_files WHERE job_id = $1`, [jobId]);
  await executeSql(manager, `UPDATE sweep_candidates SET fit = NULL WHERE job_id = $1`, [jobId]);
}

const handedBack: Record<Extract<AttemptEnd, { kind: 'handed-back' }>['because'], JobError> = {
  'worker-stopping': { code: 'WORKER_STOPPED', message: 'The worker was stopped.' },
  'strategy-removed': {
    code: 'STRATEGY_UNKNOWN',
    message: 'The strategy was removed from the worker; the job waits for one that has it.',
  },
};
