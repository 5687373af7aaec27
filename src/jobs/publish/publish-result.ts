import type { EntityManager } from 'typeorm';
import type { Job } from '../../zoo/database/entities/index.js';
import type { Zoo } from '../../zoo/zoo.js';
import { announceEnd, completeJob, lockHeldJob, type JobResult } from '../queue/end-attempt.js';
import { executeSql } from '../queue/execute-sql.js';
import type { Fence } from '../events/job-events.js';
import { AttemptStopped } from '../queue/lease.js';
import { prepareAdviceResult } from '../advice/prepare-advice-result.js';
import { prepareProfileResult } from '../advice/prepare-profile-result.js';
import { prepareSweep } from '../sweep/prepare-sweep.js';
import { prepareDatasetVersion } from './prepare-dataset-version.js';
import { prepareModelVersion } from './prepare-model-version.js';
import type { WorkFolder } from '../worker/work-folders.js';

/** What an attempt has made, before anyone can see it. */
export interface AttemptResult {
  zoo: Zoo;
  job: Job;
  folder: WorkFolder;
  /** What the child said beside its files. Checked, not trusted. */
  result: Record<string, unknown>;
  signal: AbortSignal;
}

/** A result that has been checked and whose blobs are stored; `insert` writes its rows. */
export interface PreparedResult {
  insert(manager: EntityManager): Promise<JobResult>;
}

/**
 * Publishes what an attempt made. Checking and storing the bytes comes first and may take its time; then one transaction,
 * under the job's lock and fence, inserts the version or the advice with all that belongs to it and completes the job.
 * Readers see only rows: it exists whole or not at all, and once at most, however often the job was run.
 *
 * @throws AttemptStopped when the fence no longer holds or the job was cancelled. @throws ZooError JOB_RESULT_INVALID and
 *   what the strict loader throws, when the files are not a version.
 */
export async function publishResult(attempt: AttemptResult & { fence: Fence }): Promise<void> {
  const { zoo, job, fence } = attempt;
  const prepared = await prepare(attempt);
  attempt.signal.throwIfAborted();
  await zoo.database.transaction(async (manager) => {
    // Should this process be paused in here, the locks must not outlive the lease.
    await executeSql(manager, `SET LOCAL idle_in_transaction_session_timeout = ${zoo.config.worker.leaseMs}`);
    const held = await lockHeldJob(manager, fence);
    if (held === undefined) throw new AttemptStopped('lease-lost');
    if (held.cancel_requested_at !== null) throw new AttemptStopped('cancelled');
    await completeJob(manager, held, await prepared.insert(manager));
  });
  announceEnd(zoo, job.id);
}

function prepare(attempt: AttemptResult): Promise<PreparedResult> {
  const { kind } = attempt.job;
  if (kind === 'FINE_TUNE') return prepareModelVersion(attempt);
  if (kind === 'SWEEP') return prepareSweep(attempt);
  if (kind === 'ADVICE') return prepareAdviceResult(attempt);
  if (kind === 'TRANSFER_PROFILE') return prepareProfileResult(attempt);
  return prepareDatasetVersion(attempt);
}
