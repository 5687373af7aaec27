import type { AdvisedCandidate, Recommendation } from '../../advisor/advice.js';
import type { AdviceMeasurements } from '../../advisor/measurements.js';
import type { Corrections } from '../../advisor/record/corrections.js';
import type { Principal } from '../../zoo/access/principal.js';
import { jobVisibleTo, visibleTo } from '../../zoo/access/visible-to.js';
import type { Queryable } from '../../zoo/pagination/fetch-page.js';
import { groupBy } from './group-by.js';
import { isOutcome, outcomeTables } from './recorded-outcomes.js';

/** An advice as it is read, with what became of its lines so far. */
export interface AdviceRow extends Omit<Recommendation, 'candidates'> {
  id: string;
  jobId: string;
  datasetVersionId: string;
  createdAt: Date;
  candidates: AdviceLineRow[];
  /** Models beyond those that an advice looks at, where it was asked for all. */
  notConsidered: number;
  /** The numbers that it rests on. */
  measurements: AdviceMeasurements;
  /** What the track record added to its promises. */
  corrections: Corrections;
}

/** A line of an advice. */
export interface AdviceLineRow extends AdvisedCandidate {
  /** Its model was deleted, or taken from the reader's sight: the line cannot be launched. */
  isGone: boolean;
  /** False where the strategy refused the model when the advice was given: the line says why, and is listed last. */
  canRun: boolean;
  /** Fine-tunes that came of it, in jobs of their own or in sweeps, and that the reader may see, oldest first. */
  outcomes: LineOutcomeRow[];
}

export interface LineOutcomeRow {
  jobId: string;
  /** Null for a candidate of a sweep that was not published. */
  modelVersionId: string | null;
  /** Test accuracy of what was made. */
  accuracy: number;
  /** Test pictures that it is a share of. */
  testPictures: number;
}

/**
 * Those of the advices that the principal may see, in no particular order. An advice is seen as its job is: by who asked for
 * it, and by admins.
 */
export async function loadAdvices(
  database: Queryable,
  principal: Principal,
  ids: readonly string[],
): Promise<AdviceRow[]> {
  const advices = (await database.query(
    `SELECT a.id, a.job_id AS "jobId", a.dataset_version_id AS "datasetVersionId", a.created_at AS "createdAt",
            a.scenario, a.summary, a.stays_linear AS "staysLinear", a.not_measured AS "notMeasured", a.measurements,
            a.corrections, coalesce((asked.parameters ->> 'notConsidered')::int, 0) AS "notConsidered"
       FROM advices a JOIN jobs asked ON asked.id = a.job_id
      WHERE a.id = ANY($1::uuid[]) AND ${jobVisibleTo(principal, 'asked')}`,
    [ids],
  )) as Omit<AdviceRow, 'candidates'>[];
  const seen = advices.map(({ id }) => id);
  const lines = await loadLines(database, principal, seen);
  const outcomes = await loadOutcomes(database, principal, seen);
  return advices.map((advice) => ({
    ...advice,
    candidates: lines
      .filter(({ adviceId }) => adviceId === advice.id)
      .map(({ adviceId, ...line }) => ({
        ...line,
        outcomes: outcomes.get(`${adviceId} ${line.rank}`) ?? [],
      })),
  }));
}

/** The advice that each of the jobs gave, of those that the principal may see. */
export async function advicesOfJobs(
  database: Queryable,
  principal: Principal,
  jobIds: readonly string[],
): Promise<AdviceRow[]> {
  const rows = (await database.query(`SELECT id FROM advices WHERE job_id = ANY($1::uuid[])`, [jobIds])) as {
    id: string;
  }[];
  return loadAdvices(
    database,
    principal,
    rows.map(({ id }) => id),
  );
}

/** The newest advice on any version of each data set, of those that the principal may see. */
export async function newestAdvicesOfDatasets(
  database: Queryable,
  principal: Principal,
  datasetIds: readonly string[],
): Promise<(AdviceRow & { datasetId: string })[]> {
  const rows = (await database.query(
    `SELECT DISTINCT ON (v.dataset_id) v.dataset_id AS "datasetId", a.id
       FROM advices a JOIN jobs asked ON asked.id = a.job_id JOIN dataset_versions v ON v.id = a.dataset_version_id
      WHERE v.dataset_id = ANY($1::uuid[]) AND ${jobVisibleTo(principal, 'asked')}
      ORDER BY v.dataset_id, a.created_at DESC, a.id`,
    [datasetIds],
  )) as { datasetId: string; id: string }[];
  const advices = await loadAdvices(
    database,
    principal,
    rows.map(({ id }) => id),
  );
  return rows.flatMap(({ datasetId, id }) =>
    advices.filter((advice) => advice.id === id).map((advice) => ({ ...advice, datasetId })),
  );
}

type StoredLine = Omit<AdviceLineRow, 'outcomes'> & { adviceId: string };

async function loadLines(
  database: Queryable,
  principal: Principal,
  adviceIds: readonly string[],
): Promise<StoredLine[]> {
  return (await database.query(
    `SELECT c.advice_id AS "adviceId", c.rank, c.version_id AS "versionId", c.strategy,
            c.strategy_version AS "strategyVersion", c.parameters, c.layer, c.accuracy, c.uncorrected, c.seconds,
            c.peak_memory_bytes::double precision AS "peakMemoryBytes",
            c.stored_bytes::double precision AS "storedBytes", c.reason, c.warnings,
            NOT ${visibleTo(principal, 'm')} AS "isGone", c.launched_parameters IS NOT NULL AS "canRun"
       FROM advice_candidates c JOIN model_versions v ON v.id = c.version_id JOIN models m ON m.id = v.model_id
      WHERE c.advice_id = ANY($1::uuid[]) ORDER BY c.advice_id, c.rank`,
    [adviceIds],
  )) as StoredLine[];
}

async function loadOutcomes(
  database: Queryable,
  principal: Principal,
  adviceIds: readonly string[],
): Promise<Map<string, LineOutcomeRow[]>> {
  const rows = (await database.query(
    `SELECT c.advice_id AS "adviceId", c.rank, j.id AS "jobId", j.version_id AS "modelVersionId", j.accuracy,
            j.test_pictures AS "testPictures"
       FROM ${outcomeTables}
      WHERE c.advice_id = ANY($1::uuid[]) AND ${isOutcome} AND ${jobVisibleTo(principal, 'j')}
      ORDER BY j.created_at, j.id, j.ordinal`,
    [adviceIds],
  )) as (LineOutcomeRow & { adviceId: string; rank: number })[];
  return new Map(
    groupBy(rows, ({ adviceId, rank }) => `${adviceId} ${rank}`).map(([line, ofLine]) => [
      line,
      ofLine.map(({ adviceId: _, rank: __, ...outcome }) => outcome),
    ]),
  );
}
