import type { Principal } from '../../zoo/access/principal.js';
import { jobVisibleTo } from '../../zoo/access/visible-to.js';
import type { Queryable } from '../../zoo/pagination/fetch-page.js';
import type { LaunchEstimate } from './estimate-launch.js';

/** A launch that somebody thinks about, its parameters as a job would carry them. */
export interface ThoughtOfLaunch {
  baseVersionId: string;
  datasetVersionId: string;
  strategy: string;
  version: string;
  parameters: Record<string, unknown>;
}

/** What the newest advice of the principal's says of exactly this launch. */
export async function newestEqualLine(
  database: Queryable,
  principal: Principal,
  { baseVersionId, datasetVersionId, strategy, version, parameters }: ThoughtOfLaunch,
): Promise<Omit<LaunchEstimate, 'parameters' | 'basis'> | undefined> {
  const rows = (await database.query(
    `SELECT c.advice_id AS "adviceId", c.layer, c.accuracy, c.seconds,
            c.peak_memory_bytes::double precision AS "peakMemoryBytes",
            c.stored_bytes::double precision AS "storedBytes", c.reason, c.warnings
       FROM advice_candidates c JOIN advices a ON a.id = c.advice_id JOIN jobs asked ON asked.id = a.job_id
      WHERE c.version_id = $1 AND a.dataset_version_id = $2 AND c.strategy = $3
        AND (c.strategy_version IS NULL OR c.strategy_version = $4) AND c.launched_parameters = $5
        AND ${jobVisibleTo(principal, 'asked')}
      ORDER BY a.created_at DESC, a.id LIMIT 1`,
    [baseVersionId, datasetVersionId, strategy, version, JSON.stringify(parameters)],
  )) as Omit<LaunchEstimate, 'parameters' | 'basis'>[];
  return rows[0];
}
