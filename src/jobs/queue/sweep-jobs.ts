import type { Zoo } from '../../zoo/zoo.js';
import { announceEnd, settleAttempt, type LockedJob } from './end-attempt.js';
import { executeSql } from './execute-sql.js';
import { enqueueJob, queueName, queueSchema } from './queue.js';

export interface SweepResult {
  /** Jobs whose worker's lease had run out: queued again, failed or cancelled. */
  lost: number;
  /** Waiting jobs that the queue had no delivery for any more. */
  requeued: number;
}

/**
 * Takes jobs back from workers that were killed, cut off or paused past their lease, and rings again for waiting jobs
 * whose delivery was lost. Every worker sweeps; rows that another one is at are skipped.
 */
export async function sweepJobs(zoo: Zoo): Promise<SweepResult> {
  const lost = await takeBackLostJobs(zoo);
  const requeued = await ringAgain(zoo);
  for (const jobId of [...lost, ...requeued]) announceEnd(zoo, jobId);
  if (lost.length > 0) zoo.log.warn({ jobs: lost }, 'jobs whose worker was lost were taken back');
  if (requeued.length > 0)
    zoo.log.warn({ jobs: requeued }, 'waiting jobs without a delivery were queued again');
  return { lost: lost.length, requeued: requeued.length };
}

function takeBackLostJobs(zoo: Zoo): Promise<string[]> {
  return zoo.database.transaction(async (manager) => {
    const { rows } = await executeSql<LockedJob>(
      manager,
      `SELECT id, fence, infrastructure_failures, cancel_requested_at FROM jobs
        WHERE state = 'RUNNING' AND lease_expires_at <= clock_timestamp()
        ORDER BY lease_expires_at LIMIT 100 FOR UPDATE SKIP LOCKED`,
    );
    for (const job of rows) await settleAttempt(manager, job, { kind: 'lost', error: leaseRanOut });
    return rows.map(({ id }) => id);
  });
}

/** An answered delivery is done within a moment, so an active one older than ten seconds belongs to a dead worker. */
function ringAgain(zoo: Zoo): Promise<string[]> {
  return zoo.database.transaction(async (manager) => {
    const { rows } = await executeSql<{ id: string }>(
      manager,
      `SELECT id FROM jobs
        WHERE state = 'QUEUED' AND NOT left_to_others AND created_at < now() - interval '10 seconds'
          AND NOT EXISTS (
            SELECT 1 FROM ${queueSchema}.job AS delivery
             WHERE delivery.name = $1 AND delivery.singleton_key = jobs.id::text
               AND (delivery.state < 'active'
                 OR delivery.state = 'active' AND delivery.started_on > now() - interval '10 seconds'))
        ORDER BY created_at LIMIT 100 FOR UPDATE SKIP LOCKED`,
      [queueName],
    );
    for (const { id } of rows) await enqueueJob(manager, id);
    return rows.map(({ id }) => id);
  });
}

const leaseRanOut = {
  code: 'WORKER_LOST',
  message: 'The worker sent no heartbeat for the length of its lease: it was killed, cut off or paused.',
};
