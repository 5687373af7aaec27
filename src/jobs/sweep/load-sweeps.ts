import type { Principal } from '../../zoo/access/principal.js';
import { jobVisibleTo } from '../../zoo/access/visible-to.js';
import type { SweepCandidate } from '../../zoo/database/entities/index.js';
import type { Queryable } from '../../zoo/pagination/fetch-page.js';

/** A candidate of a sweep as it is read. */
export type SweepCandidateRow = Omit<SweepCandidate, 'job' | 'fit' | 'testRight'>;

/** The candidates of those of the jobs that the principal may see, in the order in which they run. */
export async function loadSweepCandidates(
  database: Queryable,
  principal: Principal,
  jobIds: readonly string[],
): Promise<SweepCandidateRow[]> {
  return (await database.query(
    `SELECT c.job_id AS "jobId", c.ordinal, c.base_version_id AS "baseVersionId", c.strategy,
            c.strategy_version AS "strategyVersion", c.strategy_package AS "strategyPackage",
            c.strategy_package_version AS "strategyPackageVersion", c.strategy_digest AS "strategyDigest", c.parameters,
            c.advice_id AS "adviceId", c.advice_rank AS "adviceRank", c.expected, c.state, c.reason, c.error, c.seconds,
            c.validation, c.test, c.comparison, c.version_id AS "versionId"
       FROM sweep_candidates c JOIN jobs j ON j.id = c.job_id
      WHERE c.job_id = ANY($1::uuid[]) AND ${jobVisibleTo(principal, 'j')} ORDER BY c.ordinal`,
    [jobIds],
  )) as SweepCandidateRow[];
}
