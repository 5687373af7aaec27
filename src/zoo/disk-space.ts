import { statfs } from 'node:fs/promises';
import { ZooError } from '../errors.js';

/**
 * Refuses when the file system that holds a folder has too little space left. Call it before a write: a full disk
 * stops the embedded database for good, not just the write.
 *
 * @param minBytes what must be free, `config.limits.minFreeDiskBytes` plus what is about to be written.
 * @throws ZooError DISK_NEARLY_FULL
 */
export async function checkFreeSpace(directory: string, minBytes: number): Promise<void> {
  const freeBytes = await freeSpace(directory);
  if (freeBytes < minBytes) throw diskNearlyFull(freeBytes, minBytes);
}

/** Bytes that this user may still write on the file system that holds the folder. */
export async function freeSpace(directory: string): Promise<number> {
  const { bavail, bsize } = await statfs(directory);
  return bavail * bsize;
}

/** @param freeBytes undefined when the database, which does not say how much is left, has refused the write. */
export function diskNearlyFull(freeBytes?: number, minBytes?: number): ZooError {
  const figures =
    freeBytes === undefined || minBytes === undefined
      ? ''
      : ` ${megabytes(freeBytes)} are free, ${megabytes(minBytes)} are needed.`;
  return new ZooError(
    'DISK_NEARLY_FULL',
    `Too little disk space is left to accept a write.${figures} Free some space on the server's disk; ZOO_MIN_FREE_DISK_BYTES sets the limit.`,
    { freeBytes, minBytes },
  );
}

function megabytes(bytes: number): string {
  return `${Math.floor(bytes / 1024 ** 2)} MB`;
}
