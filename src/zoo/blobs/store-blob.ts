import type { Readable } from 'node:stream';
import { ZooError } from '../../errors.js';
import type { Principal } from '../access/principal.js';
import type { BlobAddress } from '../object-store/object-store.js';
import type { Zoo } from '../zoo.js';

/**
 * Takes in bytes that the principal's account sends: stores them, records the blob, and grants the account to name the digest
 * in a publish within a day. Bytes that are there already are checked and dropped; nobody can tell from outside.
 *
 * @param resume set for uploads whose bytes are to be kept when they break off; `offset` is where `source` begins.
 * @throws ZooError DIGEST_MISMATCH, UPLOAD_TRUNCATED, UPLOAD_TOO_LARGE, UPLOAD_OFFSET_MISMATCH, DISK_NEARLY_FULL,
 *   STORE_UNAVAILABLE, UNAUTHENTICATED for anonymous callers.
 */
export async function storeBlob(
  zoo: Zoo,
  principal: Principal,
  address: BlobAddress,
  source: Readable,
  resume?: { offset: number },
): Promise<void> {
  const { account } = principal;
  if (account === undefined) {
    throw new ZooError(
      'UNAUTHENTICATED',
      'Sending bytes needs a token; send `Authorization: Bearer <token>`.',
    );
  }
  // Before the store is asked whether it has the bytes: from here on they are not deleted, or are deleted already. The
  // statement waits for a deletion that is under way, and uploads are shorter than the day a condemned blob is kept.
  // A new row is condemned from the start: should this process die on the way, the bytes it leaves are collected.
  await zoo.database.query(
    `INSERT INTO blobs (sha256, size_bytes, condemned_at) VALUES ($1, $2, now())
     ON CONFLICT (sha256) DO UPDATE SET condemned_at = NULL WHERE blobs.condemned_at IS NOT NULL`,
    [address.sha256, address.sizeBytes],
  );
  if (resume === undefined) await zoo.store.put(source, address);
  else await zoo.store.putResumable(source, address, { uploader: account.id, offset: resume.offset });
  await zoo.database.transaction(async (manager) => {
    await manager.query(
      // Only now is the size known to be right.
      `INSERT INTO blobs (sha256, size_bytes) VALUES ($1, $2)
       ON CONFLICT (sha256) DO UPDATE SET size_bytes = excluded.size_bytes, condemned_at = NULL`,
      [address.sha256, address.sizeBytes],
    );
    await manager.query(
      `INSERT INTO blob_grants (account_id, sha256) VALUES ($1, $2)
       ON CONFLICT (account_id, sha256) DO UPDATE SET created_at = now()`,
      [account.id, address.sha256],
    );
  });
}
