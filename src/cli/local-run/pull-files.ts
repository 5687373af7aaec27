import { containedPath } from '../client/contained-path.js';
import { downloadFiles } from '../client/download-files.js';
import type { VersionFile } from '../client/find-model.js';
import type { CommandContext } from '../command-context.js';

/**
 * Pulls all files of a version into a folder, showing how far it is.
 *
 * @param label what is pulled, for people: `starters/mobilenet@1`.
 * @throws ZooError PATH_REFUSED, DIGEST_MISMATCH, NOT_FOUND, TRANSFER_FAILED, SERVER_UNREACHABLE
 */
export async function pullFiles(
  { connection, output }: CommandContext,
  { label, files }: { label: string; files: readonly VersionFile[] },
  folder: string,
  signal: AbortSignal,
): Promise<void> {
  const contained = files.map((file) => ({ ...file, target: containedPath(folder, file.path) }));
  const total = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const progress = output.progress(`  pulling ${label}`, 'bytes');
  let done = 0;
  try {
    await downloadFiles(connection, contained, (bytes) => progress.update((done += bytes), total), signal);
  } finally {
    progress.end();
  }
  output.note(`  pulled ${label}`);
}
