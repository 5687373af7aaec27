import { ZooError } from '../../errors.js';
import { sha256Pattern } from '../../learning/sha256.js';

/**
 * Where a blob lies, in a bucket or under a folder: `blobs/sha256/ab/cd/abcd…`. Two levels keep folders small.
 *
 * @throws ZooError INPUT_INVALID for anything but 64 lower-case hex digits, so no digest can climb out of the folder.
 */
export function blobKey(sha256: string): string {
  assertDigest(sha256);
  return `blobs/sha256/${sha256.slice(0, 2)}/${sha256.slice(2, 4)}/${sha256}`;
}

/** @throws ZooError INPUT_INVALID for anything but 64 lower-case hex digits. */
export function assertDigest(sha256: string): void {
  if (!sha256Pattern.test(sha256)) {
    throw new ZooError(
      'INPUT_INVALID',
      `${JSON.stringify(sha256.slice(0, 80))} is not a digest; expected a SHA-256 as 64 lower-case hex digits.`,
    );
  }
}
