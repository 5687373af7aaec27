import { performance } from 'node:perf_hooks';
import { Job } from '../../zoo/database/entities/index.js';
import type { Zoo } from '../../zoo/zoo.js';
import { executeSql } from './execute-sql.js';
import { appendStateEvent } from '../events/job-events.js';
import { jobSignals } from '../events/job-signals.js';
import { enqueueJob, type Delivery, type JobQueue } from './queue.js';

/** A job this worker may run, under the fence that its row now carries. */
export interface ClaimedJob {
  job: Job;
  fence: number;
  /** This machine's monotonic clock just before the claim: the lease began no earlier. */
  claimedAtMs: number;
}

/** Who claims: its id, and the strategies it can run. */
export interface Claimant {
  workerId: string;
  strategies: string[];
}

/**
 * Answers a delivery: takes the job if it still waits, raising its fence and starting its lease, in one short
 * transaction with the delivery's end. From here on the lease, not the queue, watches over the job.
 *
 * @returns undefined when the job does not wait any more, or this worker cannot run it.
 */
export async function claimJob(
  zoo: Zoo,
  queue: JobQueue,
  delivery: Delivery,
  { workerId, strategies }: Claimant,
): Promise<ClaimedJob | undefined> {
  const claimedAtMs = performance.now();
  const claimed = await zoo.database.transaction(async (manager) => {
    await queue.complete(manager, delivery);
    const { rows } = await executeSql<{ fence: number }>(
      manager,
      `UPDATE jobs
          SET state = 'RUNNING', fence = fence + 1, worker_id = $2, progress = NULL,
              started_at = coalesce(started_at, now()),
              lease_expires_at = clock_timestamp() + $3 * interval '1 millisecond'
        WHERE id = $1 AND state = 'QUEUED' AND cancel_requested_at IS NULL
          AND (strategy IS NULL OR strategy = ANY($4))
        RETURNING fence`,
      [delivery.jobId, workerId, zoo.config.worker.leaseMs, strategies],
    );
    const fence = rows[0]?.fence;
    if (fence === undefined) {
      await leaveToOthers(manager, delivery, strategies);
      return undefined;
    }
    await executeSql(manager, `INSERT INTO attempts (job_id, fence, worker_id) VALUES ($1, $2, $3)`, [
      delivery.jobId,
      fence,
      workerId,
    ]);
    await appendStateEvent(manager, delivery.jobId, 'RUNNING', { attempt: fence });
    const job = await manager.findOneByOrFail(Job, { id: delivery.jobId });
    return { job, fence, claimedAtMs };
  });
  if (claimed !== undefined) jobSignals(zoo.database).emit('changed', claimed.job.id);
  return claimed;
}

/** A waiting job whose strategy is not installed here goes back to the queue, for a worker that has it. */
async function leaveToOthers(
  manager: Parameters<typeof enqueueJob>[0],
  delivery: Delivery,
  strategies: string[],
): Promise<void> {
  const { rows } = await executeSql(
    manager,
    `SELECT 1 FROM jobs WHERE id = $1 AND state = 'QUEUED' AND strategy IS NOT NULL AND NOT strategy = ANY($2)`,
    [delivery.jobId, strategies],
  );
  if (rows.length > 0) await enqueueJob(manager, delivery.jobId, { delaySeconds: 2 });
}
