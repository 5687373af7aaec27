import type { Principal } from '../zoo/access/principal.js';
import { jobVisibleTo } from '../zoo/access/visible-to.js';
import type { JobError, JobKind, JobProgress, JobState } from '../zoo/job-types.js';
import {
  fetchPage,
  type Ordering,
  type Page,
  type PageRequest,
  type Queryable,
} from '../zoo/pagination/fetch-page.js';
import type { JobEventRow } from './events/job-events.js';

/** A job as it is read. */
export interface JobRow {
  id: string;
  kind: JobKind;
  state: JobState;
  launchedBy: string;
  baseVersionId: string | null;
  datasetVersionId: string | null;
  targetModelId: string | null;
  targetDatasetId: string | null;
  strategy: string | null;
  strategyVersion: string | null;
  /** The package it comes from, and the build of it; null in jobs from before packages. */
  strategyPackage: string | null;
  strategyPackageVersion: string | null;
  strategyDigest: string | null;
  /** The line of an advice that was launched. */
  adviceId: string | null;
  adviceRank: number | null;
  parameters: Record<string, unknown>;
  seed: number;
  notes: string;
  progress: JobProgress | null;
  error: JobError | null;
  resultModelVersionId: string | null;
  resultDatasetVersionId: string | null;
  cancelRequestedAt: Date | null;
  createdAt: Date;
  startedAt: Date | null;
  finishedAt: Date | null;
}

/** What jobs to list. Everything given must hold. */
export interface JobFilter {
  state?: JobState[] | null;
  /** Left out: all but transfer profiles, which nobody launched by hand. */
  kind?: JobKind | null;
  /** Launched by the acting account. */
  mine?: boolean | null;
  /** Whose result is a version of this model, by row id. */
  modelId?: string | null;
  datasetId?: string | null;
}

export interface AttemptRow {
  jobId: string;
  number: number;
  workerId: string;
  outcome: 'COMPLETED' | 'FAILED' | 'CANCELLED' | 'LOST' | null;
  error: JobError | null;
  startedAt: Date;
  endedAt: Date | null;
}

export interface MetricPointRow {
  jobId: string;
  name: string;
  value: number;
  step: number;
}

const columns = `j.id, j.kind, j.state, j.launched_by AS "launchedBy", j.base_version_id AS "baseVersionId",
  j.dataset_version_id AS "datasetVersionId", j.target_model_id AS "targetModelId",
  j.target_dataset_id AS "targetDatasetId", j.strategy, j.strategy_version AS "strategyVersion",
  j.strategy_package AS "strategyPackage", j.strategy_package_version AS "strategyPackageVersion",
  j.strategy_digest AS "strategyDigest", j.advice_id AS "adviceId", j.advice_rank AS "adviceRank", j.parameters, j.seed, j.notes, j.progress, j.error,
  j.result_model_version_id AS "resultModelVersionId",
  j.result_dataset_version_id AS "resultDatasetVersionId", j.cancel_requested_at AS "cancelRequestedAt",
  j.created_at AS "createdAt", j.started_at AS "startedAt", j.finished_at AS "finishedAt"`;

/** Those of the jobs that the principal may see, in no particular order. */
export async function loadJobs(
  database: Queryable,
  principal: Principal,
  ids: readonly string[],
): Promise<JobRow[]> {
  return (await database.query(
    `SELECT ${columns} FROM jobs j WHERE j.id = ANY($1::uuid[]) AND ${jobVisibleTo(principal, 'j')}`,
    [ids],
  )) as JobRow[];
}

/** The principal's jobs, or everybody's for an admin, newest first. */
export function listJobs(
  database: Queryable,
  principal: Principal,
  filter: JobFilter,
  page: PageRequest,
): Promise<Page<JobRow>> {
  const where = [jobVisibleTo(principal, 'j')];
  const parameters: unknown[] = [];
  const add = (condition: (placeholder: string) => string, value: unknown) => {
    parameters.push(value);
    where.push(condition(`$${parameters.length}`));
  };
  if (filter.state != null) add((states) => `j.state = ANY(${states}::text[])`, filter.state);
  if (filter.kind != null) add((kind) => `j.kind = ${kind}`, filter.kind);
  else where.push(`j.kind <> 'TRANSFER_PROFILE'`);
  if (filter.modelId != null) add((id) => `j.target_model_id = ${id}`, filter.modelId);
  if (filter.datasetId != null) add((id) => `j.target_dataset_id = ${id}`, filter.datasetId);
  if (filter.mine === true) add((id) => `j.launched_by = ${id}`, principal.account?.id ?? null);
  return fetchPage<JobRow>(
    database,
    {
      select: columns,
      from: 'jobs j',
      where,
      parameters,
      ordering: {
        name: 'created',
        direction: 'DESC',
        keys: [
          { expression: 'j.created_at', type: 'timestamptz' },
          { expression: 'j.id', type: 'uuid' },
        ],
      },
    },
    page,
  );
}

/** The order of a job's log. Its cursors are those of `jobEvents` and of `Job.events` alike. */
export const logOrdering: Ordering = {
  name: 'seq',
  direction: 'ASC',
  keys: [{ expression: 'e.seq', type: 'int' }],
};

/** A page of a job's log, oldest first. The caller has seen to it that the principal may see the job. */
export function listJobEvents(
  database: Queryable,
  jobId: string,
  page: PageRequest,
): Promise<Page<JobEventRow>> {
  return fetchPage<JobEventRow>(
    database,
    {
      select: `e.job_id AS "jobId", e.seq, e.fence, e.type, e.payload, e.created_at AS "createdAt"`,
      from: 'job_events e',
      where: ['e.job_id = $1'],
      parameters: [jobId],
      ordering: logOrdering,
    },
    page,
  );
}

export async function loadAttempts(
  database: Queryable,
  principal: Principal,
  jobIds: readonly string[],
): Promise<AttemptRow[]> {
  return (await database.query(
    `SELECT a.job_id AS "jobId", a.fence AS number, a.worker_id AS "workerId", a.outcome, a.error,
            a.started_at AS "startedAt", a.ended_at AS "endedAt"
       FROM attempts a JOIN jobs j ON j.id = a.job_id
      WHERE a.job_id = ANY($1::uuid[]) AND ${jobVisibleTo(principal, 'j')} ORDER BY a.fence`,
    [jobIds],
  )) as AttemptRow[];
}

/** Points of a curve that are returned at most, the newest. */
const newestMetricPoints = 1000;

/** The metrics that the newest attempt of each job reported, oldest first; of each curve the newest points. */
export async function loadJobMetrics(
  database: Queryable,
  principal: Principal,
  jobIds: readonly string[],
): Promise<MetricPointRow[]> {
  return (await database.query(
    `SELECT "jobId", name, value, step FROM (
       SELECT e.job_id AS "jobId", e.seq, e.payload->>'name' AS name,
              (e.payload->>'value')::double precision AS value, (e.payload->>'step')::double precision AS step,
              row_number() OVER (PARTITION BY e.job_id, e.payload->>'name' ORDER BY e.seq DESC) AS age
         FROM job_events e JOIN jobs j ON j.id = e.job_id
        WHERE e.job_id = ANY($1::uuid[]) AND e.type = 'metric' AND e.fence = j.fence
          AND ${jobVisibleTo(principal, 'j')}
     ) AS point
     WHERE age <= ${newestMetricPoints} ORDER BY seq`,
    [jobIds],
  )) as MetricPointRow[];
}
