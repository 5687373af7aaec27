import type { Promised } from '../../advisor/advice.js';
import type { Outcome } from '../../advisor/record/outcome.js';
import { strategyFamily } from '../../advisor/strategy-family.js';
import type { Principal } from '../../zoo/access/principal.js';
import { jobVisibleTo } from '../../zoo/access/visible-to.js';
import type { Queryable } from '../../zoo/pagination/fetch-page.js';

/** A line of an advice, and a fine-tune that came of it, in a job of its own or in a sweep. */
export interface RecordedOutcome extends Outcome {
  adviceId: string;
  rank: number;
  jobId: string;
  finishedAt: Date;
}

/**
 * The track record, to be read under `isOutcome`: `j` a fine-tune or a candidate of a sweep that was done, `c` the line that
 * it came of, `a` the advice, `asked` the job that gave it. It came of the line that it was launched by; what was launched by
 * hand came of every earlier advice that has its very line.
 */
export const outcomeTables = `(
    SELECT r.id, 0 AS ordinal, r.launched_by, r.base_version_id, r.dataset_version_id, r.strategy, r.strategy_version,
           r.parameters, r.advice_id, r.advice_rank, r.created_at, r.finished_at,
           r.result_model_version_id AS version_id, x.value AS accuracy, (v.evaluation ->> 'imageCount')::int AS test_pictures
      FROM jobs r JOIN model_versions v ON v.id = r.result_model_version_id
      JOIN metrics x ON x.version_id = r.result_model_version_id AND x.name = 'accuracy'
     WHERE r.kind = 'FINE_TUNE' AND r.state = 'COMPLETED'
    UNION ALL
    SELECT r.id, s.ordinal, r.launched_by, s.base_version_id, r.dataset_version_id, s.strategy, s.strategy_version,
           s.parameters, s.advice_id, s.advice_rank, r.created_at, r.finished_at,
           s.version_id, (s.test ->> 'accuracy')::double precision, (s.test ->> 'imageCount')::int
      FROM jobs r JOIN sweep_candidates s ON s.job_id = r.id
     WHERE r.state = 'COMPLETED' AND s.test IS NOT NULL
  ) AS j
  JOIN advice_candidates c ON c.version_id = j.base_version_id AND c.strategy = j.strategy
  JOIN advices a ON a.id = c.advice_id AND a.dataset_version_id = j.dataset_version_id
  JOIN jobs asked ON asked.id = a.job_id`;

export const isOutcome = `(j.advice_id = c.advice_id AND j.advice_rank = c.rank
    OR j.advice_id IS NULL AND j.created_at >= a.created_at AND j.parameters = c.launched_parameters
      AND (c.strategy_version IS NULL OR c.strategy_version = j.strategy_version))`;

/**
 * What became of promises of accuracy, oldest first: each fine-tune, and each candidate of a sweep, once, with the newest
 * advice that it came of.
 *
 * @param principal leaves out what it may not see; undefined: everything, for the zoo's own corrections
 */
export async function recordedOutcomes(
  database: Queryable,
  principal: Principal | undefined,
): Promise<RecordedOutcome[]> {
  const seen =
    principal === undefined
      ? 'TRUE'
      : `${jobVisibleTo(principal, 'j')} AND ${jobVisibleTo(principal, 'asked')}`;
  const rows = (await database.query(
    `SELECT * FROM (
       SELECT DISTINCT ON (j.id, j.ordinal) j.id AS "jobId", c.advice_id AS "adviceId", c.rank, c.strategy, c.parameters,
              c.accuracy AS promised, coalesce(c.uncorrected, c.accuracy) AS uncorrected, j.accuracy AS actual,
              j.test_pictures AS "testPictures",
              j.finished_at AS "finishedAt"
         FROM ${outcomeTables}
        WHERE ${isOutcome} AND c.accuracy IS NOT NULL AND ${seen}
        ORDER BY j.id, j.ordinal, a.created_at DESC, c.rank
     ) AS outcome ORDER BY "finishedAt", "jobId", rank`,
  )) as OutcomeRow[];
  return rows.map(({ strategy, parameters, ...outcome }) => ({
    ...outcome,
    family: strategyFamily(strategy, parameters),
  }));
}

interface OutcomeRow {
  jobId: string;
  adviceId: string;
  rank: number;
  strategy: string;
  parameters: Record<string, unknown>;
  promised: Promised;
  uncorrected: Promised;
  actual: number;
  testPictures: number;
  finishedAt: Date;
}
