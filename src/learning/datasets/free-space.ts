import { statfs } from 'node:fs/promises';
import { ZooError } from '../../errors.js';

/**
 * Refuses to start a write that would leave too little space.
 *
 * @throws ZooError DISK_NEARLY_FULL
 */
export async function requireFreeSpace(
  folder: string,
  neededBytes: number,
  keepFreeBytes: number,
): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const freeBytes = bavail * bsize;
  if (freeBytes - neededBytes >= keepFreeBytes) return;
  throw new ZooError(
    'DISK_NEARLY_FULL',
    `The import needs ${neededBytes} bytes of disk and ${keepFreeBytes} are to stay free, but only ${freeBytes} are. Free some space on the worker and launch the import again.`,
    { neededBytes, freeBytes },
  );
}

/** A full disk met in the middle of a write, as the error people know; every other error as it is. */
export function asDiskError(error: unknown): unknown {
  if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') return error;
  return new ZooError(
    'DISK_NEARLY_FULL',
    'The disk filled up during the import. Free some space on the worker and launch the import again.',
    {},
    { cause: error },
  );
}
