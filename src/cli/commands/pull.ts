import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { containedPath } from '../client/contained-path.js';
import { downloadFiles } from '../client/download-files.js';
import { requireModelVersion } from '../client/find-model.js';
import { checkPullFolder } from '../client/pull-folder.js';
import type { CommandContext } from '../command-context.js';
import { formatBytes } from '../output/format.js';
import { parseReference } from '../reference.js';

/**
 * `zoo pull`: downloads a version, checking every digest. A run that was interrupted is gone on with.
 *
 * @throws ZooError NOT_FOUND, PATH_REFUSED, FOLDER_INVALID, DIGEST_MISMATCH, TRANSFER_FAILED
 */
export async function pull(
  context: CommandContext,
  reference: string,
  folder: string | undefined,
): Promise<void> {
  const { connection, output } = context;
  const { owner, name, revision } = parseReference(reference);
  const { model, version } = await requireModelVersion(connection, { owner, name, revision });
  const target = resolve(folder ?? name);
  // Before anything is written: one bad name and nothing is pulled.
  const files = version.files.map((file) => ({ ...file, target: containedPath(target, file.path) }));
  await checkPullFolder(
    target,
    files.map(({ path }) => path),
  );

  const total = files.reduce((sum, file) => sum + file.sizeBytes, 0);
  const progress = output.progress(`Pulling ${owner}/${name}@${version.number}`, 'bytes');
  let done = 0;
  let fetched: number;
  try {
    fetched = await downloadFiles(connection, files, (bytes) => {
      done += bytes;
      progress.update(done, total);
    });
  } finally {
    progress.end();
  }
  // The card can be edited: it belongs to the model, not to the version's digests.
  if (model.card !== '') await writeFile(join(target, 'README.md'), model.card);
  const kept = files.length - fetched;
  output.line(
    `Pulled ${owner}/${name}@${version.number} into ${target}: ${files.length} files, ${formatBytes(total)}, every digest right${kept > 0 ? ` (${kept} were there already)` : ''}.`,
  );
  output.document({
    owner,
    name,
    version: version.number,
    folder: target,
    files: files.map(({ path, sha256, sizeBytes }) => ({ path, sha256, sizeBytes })),
    fetched,
  });
}
