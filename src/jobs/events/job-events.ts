import type { DataSource, EntityManager } from 'typeorm';
import type { JobEventType, JobProgress, JobState } from '../../zoo/job-types.js';
import { executeSql } from '../queue/execute-sql.js';

/** An event before it has a place in the log. */
export interface NewJobEvent {
  type: JobEventType;
  payload: Record<string, unknown>;
}

/** A row of a job's log. */
export interface JobEventRow extends NewJobEvent {
  jobId: string;
  seq: number;
  fence: number;
  createdAt: Date;
}

/** Who may write for a job: the attempt that holds this fence, while its lease lasts. */
export interface Fence {
  jobId: string;
  fence: number;
}

/**
 * The condition under which a job's row may be touched on behalf of an attempt, with the job's id as `$1` and the fence
 * as `$2`. The clock is the database's, and the one of the moment, not of the transaction's start: a lease that ran out
 * while the statement waited for a lock is over.
 */
export const heldByFence =
  "id = $1 AND fence = $2 AND state = 'RUNNING' AND lease_expires_at > clock_timestamp()";

/**
 * Appends to a job's log on behalf of an attempt, and keeps the newest progress in the row. One statement: it takes the
 * row's lock, so the log has no gaps and becomes visible in order.
 *
 * @returns false when the fence no longer holds: nothing was written, and the attempt must stop.
 */
export async function appendFencedEvents(
  on: DataSource | EntityManager,
  { jobId, fence }: Fence,
  events: NewJobEvent[],
): Promise<boolean> {
  if (events.length === 0) return true;
  const progress = events.findLast(({ type }) => type === 'progress')?.payload as JobProgress | undefined;
  const { count } = await executeSql(
    on,
    `WITH job AS (
       UPDATE jobs SET last_event_seq = last_event_seq + $4, progress = coalesce($5::jsonb, progress)
        WHERE ${heldByFence}
        RETURNING id, fence, last_event_seq - $4 AS before
     )
     INSERT INTO job_events (job_id, seq, fence, type, payload)
     SELECT job.id, job.before + event.number, job.fence, event.value->>'type', event.value->'payload'
       FROM job, jsonb_array_elements($3::jsonb) WITH ORDINALITY AS event(value, number)`,
    [
      jobId,
      fence,
      JSON.stringify(events),
      events.length,
      progress === undefined ? null : JSON.stringify(progress),
    ],
  );
  return count > 0;
}

/** Notes a change of state, in the transaction that changes it and holds the job's row. */
export async function appendStateEvent(
  manager: EntityManager,
  jobId: string,
  state: JobState,
  detail: Record<string, unknown> = {},
): Promise<void> {
  await executeSql(
    manager,
    `WITH job AS (UPDATE jobs SET last_event_seq = last_event_seq + 1 WHERE id = $1 RETURNING id, fence, last_event_seq)
     INSERT INTO job_events (job_id, seq, fence, type, payload) SELECT id, last_event_seq, fence, 'state', $2 FROM job`,
    [jobId, JSON.stringify({ state, ...detail })],
  );
}

/** The log of a job after `seq` (0: from the beginning), oldest first, at most `limit` rows. */
export async function readJobEvents(
  on: DataSource | EntityManager,
  jobId: string,
  after: number,
  limit: number,
): Promise<JobEventRow[]> {
  const { rows } = await executeSql<JobEventRow>(
    on,
    `SELECT job_id AS "jobId", seq, fence, type, payload, created_at AS "createdAt"
       FROM job_events WHERE job_id = $1 AND seq > $2 ORDER BY seq LIMIT $3`,
    [jobId, after, limit],
  );
  return rows;
}
