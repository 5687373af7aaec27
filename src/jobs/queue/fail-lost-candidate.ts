import type { EntityManager } from 'typeorm';
import { SweepCandidate } from '../../zoo/database/entities/index.js';
import type { JobError } from '../../zoo/job-types.js';
import { executeSql } from './execute-sql.js';

/**
 * Fails the candidate in whose turn a sweep was lost too often. Candidates run one after another, so it is the first that
 * waits. The caller holds the job's row, without which nobody settles a candidate: neither the attempt that is over nor one
 * to come. Checkpoints were of this candidate's training, and go.
 *
 * @returns what it failed with; undefined where no candidate waits, or the job is no sweep
 */
export async function failLostCandidate(
  manager: EntityManager,
  jobId: string,
  errorOf: (what: string) => JobError,
): Promise<JobError | undefined> {
  const lost = await manager.findOne(SweepCandidate, {
    select: { jobId: true, ordinal: true },
    where: { jobId, state: 'PENDING' },
    order: { ordinal: 'ASC' },
  });
  if (lost === null) return undefined;
  const { ordinal } = lost;
  const error = errorOf(`Candidate ${ordinal} of the sweep`);
  await manager.update(SweepCandidate, { jobId, ordinal }, { state: 'FAILED', error });
  await executeSql(manager, `DELETE FROM job_checkpoints WHERE job_id = $1`, [jobId]);
  return error;
}
