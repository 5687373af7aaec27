import type { DataSource, EntityManager } from 'typeorm';
import type { SweepCandidate } from '../../zoo/database/entities/index.js';
import { executeSql } from '../queue/execute-sql.js';

/** A build of a strategy that a sweep needs. */
export type CandidateBuild = Pick<
  SweepCandidate,
  'jobId' | 'strategy' | 'strategyVersion' | 'strategyPackage' | 'strategyPackageVersion' | 'strategyDigest'
>;

/** The builds that the candidates of sweeps are bound to, each once. */
export async function candidateBuilds(
  on: DataSource | EntityManager,
  jobIds: readonly string[],
): Promise<CandidateBuild[]> {
  if (jobIds.length === 0) return [];
  const { rows } = await executeSql<CandidateBuild>(
    on,
    `SELECT DISTINCT job_id AS "jobId", strategy, strategy_version AS "strategyVersion", strategy_package AS "strategyPackage",
            strategy_package_version AS "strategyPackageVersion", strategy_digest AS "strategyDigest"
       FROM sweep_candidates WHERE job_id = ANY($1::uuid[]) ORDER BY strategy, strategy_version, strategy_digest`,
    [jobIds],
  );
  return rows;
}
