import type { Readable } from 'node:stream';
import type { BlobAddress } from '../object-store/object-store.js';
import type { Zoo } from '../zoo.js';

/**
 * Takes in bytes of the zoo's own, which no account sent and none may name. Until a row refers to the blob it is
 * condemned: should this process die before that, the garbage collection takes it.
 *
 * @throws ZooError DIGEST_MISMATCH, DISK_NEARLY_FULL, STORE_UNAVAILABLE
 */
export async function storeOwnBlob(
  { database, store }: Pick<Zoo, 'database' | 'store'>,
  { sha256, sizeBytes }: BlobAddress,
  source: Readable,
): Promise<void> {
  await database.query(
    `INSERT INTO blobs (sha256, size_bytes, condemned_at) VALUES ($1, $2, now())
     ON CONFLICT (sha256) DO UPDATE SET condemned_at = now() WHERE blobs.condemned_at IS NOT NULL`,
    [sha256, sizeBytes],
  );
  await store.put(source, { sha256, sizeBytes });
}
