import type { Principal } from '../access/principal.js';
import { assertDigest } from '../object-store/blob-key.js';
import type { Zoo } from '../zoo.js';
import { isGranted, isReadable } from './blob-references.js';

/** A publish follows the question; the answer must still hold by then. */
const marginHours = 1;

/**
 * Whether the principal need not send these bytes because a publish would admit them: the size of the blob, or undefined,
 * also when the blob is there but nothing the principal can read holds it.
 *
 * @throws ZooError INPUT_INVALID for what is not a digest.
 */
export async function findAdmittedBlob(
  zoo: Zoo,
  principal: Principal,
  sha256: string,
): Promise<number | undefined> {
  assertDigest(sha256);
  const rows: { size_bytes: string }[] = await zoo.database.query(
    `SELECT blob.size_bytes FROM blobs blob
      WHERE blob.sha256 = $2 AND (${isGranted(marginHours)} OR ${isReadable(principal)})`,
    [principal.account?.id ?? null, sha256],
  );
  return rows[0] === undefined ? undefined : Number(rows[0].size_bytes);
}
