import type { EntityManager } from 'typeorm';
import { ZooError } from '../../errors.js';
import type { Principal } from '../access/principal.js';
import type { BlobAddress } from '../object-store/object-store.js';
import { isGranted, isReadable } from './blob-references.js';

interface BlobRow {
  sha256: string;
  size_bytes: string;
  condemned: boolean;
  admitted: boolean;
}

/**
 * Lets a principal name blobs in a version: only those their account sent within the last day, or that a version they
 * can read holds, so that guessing a digest reveals and gives nothing. The rows stay locked against deletion until the
 * transaction ends, and condemned ones are revived.
 *
 * @param manager of the transaction that inserts the references.
 * @throws ZooError BLOB_NOT_ADMITTED naming every digest that is not admitted, INPUT_INVALID when a size is wrong.
 */
export async function admitBlobs(
  manager: EntityManager,
  principal: Principal,
  addresses: readonly BlobAddress[],
): Promise<void> {
  const admitted = `(${isGranted()} OR ${isReadable(principal)})`;
  await lock(manager, admitted, principal.account?.id ?? null, addresses);
}

/**
 * The same without asking who may name them, for the server's own work: a job's result refers to blobs of its base
 * version, which may have become invisible to its launcher while it ran.
 *
 * @throws ZooError BLOB_NOT_ADMITTED when a row is gone, INPUT_INVALID when a size is wrong.
 */
export async function lockBlobs(manager: EntityManager, addresses: readonly BlobAddress[]): Promise<void> {
  await lock(manager, '($1::uuid IS NULL)', null, addresses);
}

async function lock(
  manager: EntityManager,
  admitted: string,
  accountId: string | null,
  addresses: readonly BlobAddress[],
): Promise<void> {
  const digests = [...new Set(addresses.map(({ sha256 }) => sha256))];
  // One order for everybody: two publishes that share blobs wait for each other instead of dead-locking.
  const rows: BlobRow[] = await manager.query(
    `SELECT blob.sha256, blob.size_bytes, blob.condemned_at IS NOT NULL AS condemned, ${admitted} AS admitted
       FROM blobs blob WHERE blob.sha256 = ANY($2::text[]) ORDER BY blob.sha256 FOR KEY SHARE OF blob`,
    [accountId, digests],
  );
  const found = new Map(
    rows.filter((row) => row.admitted).map((row) => [row.sha256, Number(row.size_bytes)]),
  );
  const missing = digests.filter((digest) => !found.has(digest));
  if (missing.length > 0) {
    throw new ZooError(
      'BLOB_NOT_ADMITTED',
      `${missing.length} of ${digests.length} files are not there for you: ${missing.slice(0, 5).join(', ')}` +
        `${missing.length > 5 ? ', …' : ''}. Send their bytes with PUT /blobs/sha256/<digest>, then publish again.`,
      { sha256: missing },
    );
  }
  assertSizes(found, addresses);
  await revive(
    manager,
    rows.filter((row) => row.condemned).map((row) => row.sha256),
  );
}

function assertSizes(found: ReadonlyMap<string, number>, addresses: readonly BlobAddress[]): void {
  const wrong = addresses.find(({ sha256, sizeBytes }) => found.get(sha256) !== sizeBytes);
  if (wrong === undefined) return;
  throw new ZooError(
    'INPUT_INVALID',
    `The bytes of ${wrong.sha256} are ${found.get(wrong.sha256)} long, not ${wrong.sizeBytes}. Name the right size.`,
    { sha256: wrong.sha256, sizeBytes: wrong.sizeBytes, accepted: found.get(wrong.sha256) },
  );
}

async function revive(manager: EntityManager, digests: string[]): Promise<void> {
  if (digests.length === 0) return;
  await manager.query(
    `UPDATE blobs SET condemned_at = NULL WHERE sha256 IN
       (SELECT sha256 FROM blobs WHERE sha256 = ANY($1::text[]) ORDER BY sha256 FOR NO KEY UPDATE)`,
    [digests],
  );
}
