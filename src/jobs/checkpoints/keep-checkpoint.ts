import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { lockBlobs } from '../../zoo/blobs/admit-blobs.js';
import { releaseBlobs } from '../../zoo/blobs/release-blobs.js';
import { storeOwnBlob } from '../../zoo/blobs/store-own-blob.js';
import type { Zoo } from '../../zoo/zoo.js';
import { lockHeldJob } from '../queue/end-attempt.js';
import { executeSql } from '../queue/execute-sql.js';
import type { Fence } from '../events/job-events.js';

/** The newest, and one before it should the newest prove unreadable. */
const keptPerJob = 2;

/** A checkpoint as the attempt's process left it in its work folder. */
export interface CheckpointFile {
  path: string;
  sha256: string;
  sizeBytes: number;
  /** Steps of the optimizer that are in it. */
  step: number;
}

/**
 * Keeps a checkpoint of a running job under the attempt's fence, so that another worker can go on from it, and drops
 * those it supersedes: older ones, even if they are further. An attempt that had to begin anew could not use those, and
 * the next may not be able to either.
 *
 * @returns false when the fence no longer holds: nothing was kept.
 * @throws ZooError DIGEST_MISMATCH when the file is not what it is said to be, STORE_UNAVAILABLE, DISK_NEARLY_FULL
 */
export async function keepCheckpoint(zoo: Zoo, fence: Fence, file: CheckpointFile): Promise<boolean> {
  const opened = await openPlainFile(file.path);
  try {
    await storeOwnBlob(zoo, file, opened.createReadStream({ autoClose: false }));
  } finally {
    await opened.close();
  }
  const superseded = await zoo.database.transaction(async (manager) => {
    if ((await lockHeldJob(manager, fence)) === undefined) return undefined;
    await lockBlobs(manager, [file]);
    await executeSql(
      manager,
      `INSERT INTO job_checkpoints (job_id, fence, step, sha256) VALUES ($1, $2, $3, $4)
       ON CONFLICT (job_id, fence, step) DO UPDATE SET sha256 = excluded.sha256, created_at = now()`,
      [fence.jobId, fence.fence, file.step, file.sha256],
    );
    const { rows } = await executeSql<{ sha256: string }>(
      manager,
      `DELETE FROM job_checkpoints WHERE job_id = $1 AND (fence, step) NOT IN
         (SELECT fence, step FROM job_checkpoints WHERE job_id = $1
           ORDER BY fence DESC, created_at DESC, step DESC LIMIT ${keptPerJob})
       RETURNING sha256`,
      [fence.jobId],
    );
    return rows.map(({ sha256 }) => sha256);
  });
  if (superseded === undefined) {
    await releaseBlobs(zoo, [file.sha256]);
    return false;
  }
  await releaseBlobs(zoo, superseded);
  return true;
}

/** The process may run anybody's code: a link is not followed, and a pipe, which nobody may ever write to, not waited for. */
async function openPlainFile(path: string): Promise<FileHandle> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  if ((await file.stat()).isFile()) return file;
  await file.close();
  throw new Error('a checkpoint is no plain file');
}
