import type { JobError } from '../../zoo/job-types.js';
import { lockBlobs } from '../../zoo/blobs/admit-blobs.js';
import { releaseBlobs } from '../../zoo/blobs/release-blobs.js';
import { SweepCandidate } from '../../zoo/database/entities/index.js';
import type { ScoreColumn } from '../../zoo/database/entities/sweep-candidate.entity.js';
import type { Zoo } from '../../zoo/zoo.js';
import type { Fence } from '../events/job-events.js';
import { jobSignals } from '../events/job-signals.js';
import type { StoredFit } from '../publish/prepare-model-version.js';
import { lockHeldJob } from '../queue/end-attempt.js';
import { executeSql } from '../queue/execute-sql.js';
import { AttemptStopped } from '../queue/lease.js';

/** What became of a candidate. */
export type CandidateEnd = { seconds: number } & (
  | { state: 'FITTED'; fit: StoredFit; validation: ScoreColumn; test: ScoreColumn; testRight: string }
  /** By a rule, which the reason states. */
  | { state: 'STOPPED'; reason: string }
  | { state: 'FAILED'; error: JobError }
);

/**
 * Writes what became of a candidate, under the attempt's fence: an attempt after a lost one goes on with the next. The
 * files of a fitted one are stored; from here on nobody takes them for garbage. Checkpoints were of this candidate's
 * training, and go.
 *
 * @throws AttemptStopped when the fence no longer holds: nothing was written
 */
export async function settleCandidate(
  zoo: Zoo,
  { jobId, fence }: Fence,
  ordinal: number,
  end: CandidateEnd,
): Promise<void> {
  const checkpoints = await zoo.database.transaction(async (manager) => {
    if ((await lockHeldJob(manager, { jobId, fence })) === undefined) throw new AttemptStopped('lease-lost');
    if (end.state === 'FITTED') {
      await lockBlobs(manager, end.fit.files);
      await executeSql(
        manager,
        `INSERT INTO sweep_files (job_id, ordinal, path, sha256)
         SELECT $1, $2, path, sha256 FROM unnest($3::text[], $4::text[]) AS file (path, sha256)`,
        [jobId, ordinal, end.fit.files.map(({ path }) => path), end.fit.files.map(({ sha256 }) => sha256)],
      );
    }
    await manager.update(SweepCandidate, { jobId, ordinal }, end);
    // What machines failed so far they failed this candidate; the next has a budget of its own.
    await executeSql(manager, `UPDATE jobs SET infrastructure_failures = 0 WHERE id = $1`, [jobId]);
    const { rows } = await executeSql<{ sha256: string }>(
      manager,
      `DELETE FROM job_checkpoints WHERE job_id = $1 RETURNING sha256`,
      [jobId],
    );
    return rows.map(({ sha256 }) => sha256);
  });
  jobSignals(zoo.database).emit('changed', jobId);
  await releaseBlobs(zoo, checkpoints);
}
