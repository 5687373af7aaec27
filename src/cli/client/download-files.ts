import type { Connection } from './connection.js';
import { downloadFile, type RemoteFile } from './download-file.js';

/** Small files are mostly waiting for answers: a few at once. */
const parallelDownloads = 4;

/**
 * Fetches the files of a version, a few at once, checking every digest. What is there already is left as it is.
 *
 * @param moved called with the bytes that came in or need not come, for progress.
 * @returns how many had to be fetched.
 * @throws ZooError DIGEST_MISMATCH, NOT_FOUND, TRANSFER_FAILED
 */
export async function downloadFiles(
  connection: Connection,
  files: readonly (Omit<RemoteFile, 'resolvePath'> & { url: string; target: string })[],
  moved: (bytes: number) => void,
  signal?: AbortSignal,
): Promise<number> {
  const waiting = [...files];
  let fetched = 0;
  const fetchNext = async (): Promise<void> => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      const remote = { resolvePath: file.url, sha256: file.sha256, sizeBytes: file.sizeBytes };
      if ((await downloadFile(connection, remote, file.target, moved, signal)) === 'fetched') fetched++;
    }
  };
  await Promise.all(Array.from({ length: parallelDownloads }, fetchNext));
  return fetched;
}
