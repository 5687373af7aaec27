import { join } from 'node:path';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import type { Zoo } from '../../zoo/zoo.js';
import { hashFile } from '../../learning/sha256.js';
import { executeSql } from '../queue/execute-sql.js';

/**
 * Lays the checkpoints that earlier attempts of a job left into a folder. One that cannot be read, or whose bytes are
 * not those that were kept, is passed over: the work then begins at an older one, or anew.
 *
 * @returns paths, the most advanced first.
 */
export async function placeCheckpoints(
  { database, store, log }: Zoo,
  jobId: string,
  folder: string,
  signal: AbortSignal,
): Promise<string[]> {
  const { rows } = await executeSql<{ sha256: string; fence: number; step: number }>(
    database,
    `SELECT sha256, fence, step FROM job_checkpoints WHERE job_id = $1 ORDER BY step DESC, fence DESC`,
    [jobId],
  );
  const placed: string[] = [];
  for (const { sha256, fence, step } of rows) {
    const path = join(folder, `${fence}-${step}.earlier`);
    try {
      await pipeline(await store.read(sha256), createWriteStream(path), { signal });
      if ((await hashFile(path, signal)).sha256 === sha256) placed.push(path);
      else log.warn({ job: jobId, step }, 'a checkpoint is damaged in the store; it is passed over');
    } catch (error) {
      signal.throwIfAborted();
      await rm(path, { force: true });
      log.warn({ err: error, job: jobId, step }, 'a checkpoint could not be fetched; it is passed over');
    }
  }
  return placed;
}
