import { performance } from 'node:perf_hooks';
import type { EntityManager } from 'typeorm';
import { Job } from '../../zoo/database/entities/index.js';
import type { Zoo } from '../../zoo/zoo.js';
import { executeSql } from './execute-sql.js';
import { appendStateEvent } from '../events/job-events.js';
import { jobSignals } from '../events/job-signals.js';
import type { Delivery, JobQueue } from './queue.js';

/** A job this worker may run, under the fence that its row now carries. */
export interface ClaimedJob {
  job: Job;
  fence: number;
  /** This machine's monotonic clock just before the claim: the lease began no earlier. */
  claimedAtMs: number;
}

/** The build of a strategy that a job is bound to, from its launch on. */
export interface BoundStrategy {
  name: string;
  version: string;
  /** Null in jobs from before packages: any built-in of that name and version will do. */
  digest: string | null;
}

/** Who claims: its id, and whether it can run exactly that build. */
export interface Claimant {
  workerId: string;
  canRun(strategy: BoundStrategy): boolean;
}

/** A job to try: by the word of the queue, or one that another worker left. */
export type JobOffer = Delivery | { id?: undefined; jobId: string };

/**
 * Takes an offered job if it still waits and this worker can run it, raising its fence and starting its lease, in one
 * short transaction with the delivery's end. From here on the lease, not the queue, watches over the job. A job that this
 * worker cannot run is left to others: the queue forgets it, and they look for it with `findLeftJob`.
 *
 * @returns undefined when the job does not wait any more, or this worker cannot run it.
 */
export async function claimJob(
  zoo: Zoo,
  queue: JobQueue,
  offer: JobOffer,
  { workerId, canRun }: Claimant,
): Promise<ClaimedJob | undefined> {
  const claimedAtMs = performance.now();
  const { jobId } = offer;
  const claimed = await zoo.database.transaction(async (manager) => {
    if (offer.id !== undefined) await queue.complete(manager, offer);
    const strategy = await strategyOf(manager, jobId);
    const needed = [...(strategy === null ? [] : [strategy]), ...(await strategiesOfSweep(manager, jobId))];
    if (!needed.every(canRun)) {
      await leaveToOthers(manager, jobId);
      return undefined;
    }
    const fence = await take(manager, jobId, workerId, strategy?.digest ?? null, zoo.config.worker.leaseMs);
    if (fence === undefined) return undefined;
    await executeSql(manager, `INSERT INTO attempts (job_id, fence, worker_id) VALUES ($1, $2, $3)`, [
      jobId,
      fence,
      workerId,
    ]);
    await appendStateEvent(manager, jobId, 'RUNNING', { attempt: fence });
    const job = await manager.findOneByOrFail(Job, { id: jobId });
    return { job, fence, claimedAtMs };
  });
  if (claimed !== undefined) jobSignals(zoo.database).emit('changed', jobId);
  return claimed;
}

/** The oldest waiting job that other workers left and this one can run. */
export async function findLeftJob(zoo: Zoo, { canRun }: Claimant): Promise<JobOffer | undefined> {
  const { rows } = await executeSql<{ jobId: string; createdAt: Date; strategies: BoundStrategy[] }>(
    zoo.database,
    `WITH waiting AS (
       SELECT id, created_at, strategy, strategy_version, strategy_digest FROM jobs
        WHERE state = 'QUEUED' AND left_to_others AND cancel_requested_at IS NULL
     ), needed AS (
       SELECT DISTINCT ON (strategy, strategy_version, strategy_digest)
              id, created_at, strategy, strategy_version, strategy_digest
         FROM waiting WHERE strategy IS NOT NULL
        ORDER BY strategy, strategy_version, strategy_digest, created_at
     )
     SELECT id AS "jobId", created_at AS "createdAt",
            jsonb_agg(jsonb_build_object('name', strategy, 'version', strategy_version, 'digest', strategy_digest)) AS strategies
       FROM (
         SELECT * FROM needed
         UNION ALL
         SELECT waiting.id, waiting.created_at, candidate.strategy, candidate.strategy_version, candidate.strategy_digest
           FROM waiting JOIN sweep_candidates AS candidate ON candidate.job_id = waiting.id
       ) AS build
      GROUP BY id, created_at`,
  );
  const [oldest] = rows
    .filter(({ strategies }) => strategies.every(canRun))
    .sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime());
  return oldest && { jobId: oldest.jobId };
}

/** The builds that the candidates of a sweep are bound to, each once: one worker has to have them all. */
async function strategiesOfSweep(manager: EntityManager, jobId: string): Promise<BoundStrategy[]> {
  const { rows } = await executeSql<BoundStrategy>(
    manager,
    `SELECT DISTINCT strategy AS name, strategy_version AS version, strategy_digest AS digest
       FROM sweep_candidates WHERE job_id = $1`,
    [jobId],
  );
  return rows;
}

/** What the job is bound to; null for a job without a strategy, or none at all. It never changes after the launch. */
async function strategyOf(manager: EntityManager, jobId: string): Promise<BoundStrategy | null> {
  const { rows } = await executeSql<BoundStrategy>(
    manager,
    `SELECT strategy AS name, strategy_version AS version, strategy_digest AS digest
       FROM jobs WHERE id = $1 AND strategy IS NOT NULL`,
    [jobId],
  );
  return rows[0] ?? null;
}

async function take(
  manager: EntityManager,
  jobId: string,
  workerId: string,
  digest: string | null,
  leaseMs: number,
): Promise<number | undefined> {
  const { rows } = await executeSql<{ fence: number }>(
    manager,
    `UPDATE jobs
        SET state = 'RUNNING', fence = fence + 1, worker_id = $2, claimed_digest = $4, left_to_others = false,
            progress = NULL, started_at = coalesce(started_at, now()),
            lease_expires_at = clock_timestamp() + $3 * interval '1 millisecond'
      WHERE id = $1 AND state = 'QUEUED' AND cancel_requested_at IS NULL
      RETURNING fence`,
    [jobId, workerId, leaseMs, digest],
  );
  return rows[0]?.fence;
}

async function leaveToOthers(manager: EntityManager, jobId: string): Promise<void> {
  await executeSql(manager, `UPDATE jobs SET left_to_others = true WHERE id = $1 AND state = 'QUEUED'`, [
    jobId,
  ]);
}
