import type { Promised } from '../../advisor/advice.js';
import type { Outcome } from '../../advisor/record/outcome.js';
import { strategyFamily } from '../../advisor/strategy-family.js';
import type { Principal } from '../../zoo/access/principal.js';
import { jobVisibleTo } from '../../zoo/access/visible-to.js';
import type { Queryable } from '../../zoo/pagination/fetch-page.js';

/** A line of an advice, and a job that came of it. */
export interface RecordedOutcome extends Outcome {
  adviceId: string;
  rank: number;
  jobId: string;
  finishedAt: Date;
}

/**
 * Tables of the track record: `j` the job, `c` the line that it came of, `a` the advice, `asked` the job that gave it, `x`
 * the accuracy of what was made. A job comes of the line that it was launched by; one that was launched by hand comes of
 * every earlier advice that has its very line.
 */
export const outcomeTables = `jobs j
  JOIN advice_candidates c ON c.version_id = j.base_version_id AND c.strategy = j.strategy
  JOIN advices a ON a.id = c.advice_id AND a.dataset_version_id = j.dataset_version_id
  JOIN jobs asked ON asked.id = a.job_id
  JOIN metrics x ON x.version_id = j.result_model_version_id AND x.name = 'accuracy'`;

export const isOutcome = `j.kind = 'FINE_TUNE' AND j.state = 'COMPLETED'
  AND (j.advice_id = c.advice_id AND j.advice_rank = c.rank
    OR j.advice_id IS NULL AND j.created_at >= a.created_at AND j.parameters = c.launched_parameters
      AND (c.strategy_version IS NULL OR c.strategy_version = j.strategy_version))`;

/**
 * What became of promises of accuracy, oldest first: each job once, with the newest advice that it came of.
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
       SELECT DISTINCT ON (j.id) j.id AS "jobId", c.advice_id AS "adviceId", c.rank, c.strategy, c.parameters,
              c.accuracy AS promised, coalesce(c.uncorrected, c.accuracy) AS uncorrected, x.value AS actual,
              j.finished_at AS "finishedAt"
         FROM ${outcomeTables}
        WHERE ${isOutcome} AND c.accuracy IS NOT NULL AND ${seen}
        ORDER BY j.id, a.created_at DESC, c.rank
     ) AS outcome ORDER BY "finishedAt", "jobId"`,
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
  finishedAt: Date;
}
