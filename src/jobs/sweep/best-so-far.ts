import type { DataSource } from 'typeorm';
import type { SweepCandidate } from '../../zoo/database/entities/index.js';
import { executeSql } from '../queue/execute-sql.js';
import { candidateMetric } from './report-for.js';
import { watchedMetric } from './stop-rules.js';

/** The best validation accuracy that the training of a candidate reported in attempts before this one. */
export async function bestSoFar(
  database: DataSource,
  { jobId, ordinal }: Pick<SweepCandidate, 'jobId' | 'ordinal'>,
): Promise<number | undefined> {
  const { rows } = await executeSql<{ best: number | null }>(
    database,
    `SELECT max((payload ->> 'value')::double precision) AS best FROM job_events
      WHERE job_id = $1 AND type = 'metric' AND payload ->> 'name' = $2`,
    [jobId, candidateMetric(ordinal, watchedMetric)],
  );
  return rows[0]?.best ?? undefined;
}
