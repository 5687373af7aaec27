import type { Zoo } from '../zoo.js';
import { isReferenced } from './blob-references.js';

/**
 * Deletes blobs now, object and row, unless something still refers to them. For bytes that only their writer ever named,
 * and that are large and many: everything else is left to the garbage collection, a day later.
 */
export async function releaseBlobs(
  { database, store }: Pick<Zoo, 'database' | 'store'>,
  digests: readonly string[],
): Promise<void> {
  for (const sha256 of digests) {
    await database.transaction(async (manager) => {
      // The lock first, in a statement of its own: what was committed while it was waited for is then seen.
      await manager.query(`SELECT 1 FROM blobs WHERE sha256 = $1 FOR UPDATE`, [sha256]);
      const condemned: [unknown, number] = await manager.query(
        `UPDATE blobs blob SET condemned_at = now() WHERE blob.sha256 = $1 AND NOT ${isReferenced}`,
        [sha256],
      );
      if (condemned[1] === 0) return;
      await store.remove(sha256);
      await manager.query(`DELETE FROM blobs WHERE sha256 = $1`, [sha256]);
    });
  }
}
