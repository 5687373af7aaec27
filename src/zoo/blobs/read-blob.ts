import type { Readable } from 'node:stream';
import type { ByteRange } from '../object-store/object-store.js';
import type { Zoo } from '../zoo.js';

/**
 * The bytes of a blob, or of a range of it. Whether the caller may have them is decided by whoever found the digest in
 * a version that is visible to them.
 *
 * @throws ZooError BLOB_NOT_FOUND, STORE_UNAVAILABLE
 */
export function readBlob(zoo: Pick<Zoo, 'store'>, sha256: string, range?: ByteRange): Promise<Readable> {
  return zoo.store.read(sha256, range);
}
