import { setTimeout as pause } from 'node:timers/promises';
import type { Zoo } from '../zoo.js';
import { graceHours, isReferenced } from './blob-references.js';

/** When a server looks for garbage: soon after its start, as some never run for long, and then regularly. */
const usualTiming = { firstMs: 5 * 60_000, everyMs: 60 * 60_000 };

type Parts = Pick<Zoo, 'database' | 'store'>;

/** Collects garbage now and then until stopped; `stop` waits for a collection under way. */
export function scheduleGarbageCollection(zoo: Zoo, timing = usualTiming): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const collecting = collectRegularly(zoo, timing, stopping.signal);
  return {
    stop: () => {
      stopping.abort();
      return collecting;
    },
  };
}

async function collectRegularly(
  zoo: Zoo,
  { firstMs, everyMs }: typeof usualTiming,
  signal: AbortSignal,
): Promise<void> {
  for (let pauseMs = firstMs; ; pauseMs = everyMs) {
    await pause(pauseMs, undefined, { signal, ref: false }).catch(() => undefined);
    if (signal.aborted) return;
    await collectAndLog(zoo);
  }
}

async function collectAndLog(zoo: Zoo): Promise<void> {
  try {
    const deleted = await collectGarbage(zoo);
    if (deleted > 0) zoo.log.info({ deleted }, 'deleted unreferenced blobs');
  } catch (error) {
    zoo.log.warn({ err: error }, 'garbage collection failed; it is tried again later');
  }
}

/**
 * One round: forgets expired grants, condemns what nothing refers to, deletes what has been condemned for a day, and
 * drops uploads that broke off long ago. Any number of servers may do it at once.
 *
 * @returns how many blobs were deleted.
 */
export async function collectGarbage(zoo: Parts): Promise<number> {
  await zoo.database.query(
    `DELETE FROM blob_grants WHERE created_at < now() - interval '${graceHours} hours'`,
  );
  await condemnUnreferencedBlobs(zoo);
  const deleted = await deleteCondemnedBlobs(zoo);
  await zoo.store.sweep();
  return deleted;
}

/**
 * Marks the blobs that nothing refers to. Rows that a publish holds locked are passed over: they are about to be used.
 *
 * @returns how many were marked.
 */
export async function condemnUnreferencedBlobs({ database }: Pick<Zoo, 'database'>): Promise<number> {
  const [, condemned]: [unknown, number] = await database.query(
    `UPDATE blobs SET condemned_at = now() WHERE sha256 IN
       (SELECT blob.sha256 FROM blobs blob
         WHERE blob.condemned_at IS NULL AND NOT ${isReferenced}
         FOR UPDATE OF blob SKIP LOCKED)`,
  );
  return condemned;
}

/**
 * Deletes blobs condemned a day ago, object and row, each in a transaction of its own that holds the row locked. What was
 * referred to since, by a publish that the marking did not see, is revived instead.
 *
 * @returns how many were deleted.
 */
export async function deleteCondemnedBlobs(zoo: Parts): Promise<number> {
  let deleted = 0;
  for (;;) {
    const outcome = await zoo.database.transaction(async (manager) => {
      const rows: { sha256: string }[] = await manager.query(
        `SELECT sha256 FROM blobs WHERE condemned_at < now() - interval '${graceHours} hours'
          ORDER BY condemned_at LIMIT 1 FOR UPDATE SKIP LOCKED`,
      );
      const sha256 = rows[0]?.sha256;
      if (sha256 === undefined) return 'none left';
      // A statement of its own, so that it sees what was committed while the lock was waited for.
      const revived: [unknown, number] = await manager.query(
        `UPDATE blobs blob SET condemned_at = NULL WHERE blob.sha256 = $1 AND ${isReferenced}`,
        [sha256],
      );
      if (revived[1] > 0) return 'revived';
      // Object first: should this process die in between, the row is still condemned and the next round goes on.
      await zoo.store.remove(sha256);
      await manager.query(`DELETE FROM blobs WHERE sha256 = $1`, [sha256]);
      return 'deleted';
    });
    if (outcome === 'none left') return deleted;
    if (outcome === 'deleted') deleted++;
  }
}
