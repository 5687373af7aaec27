import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ZooError } from '../../errors.js';
import { requireDatasetVersion } from '../client/find-dataset.js';
import { publishDataset } from '../client/publish-dataset.js';
import { tarFolderSource } from '../client/tar-folder.js';
import { fileSource, type UploadSource } from '../client/upload-blob.js';
import type { CommandContext } from '../command-context.js';
import { parseName } from '../reference.js';
import { describeDataset } from './dataset-show.js';
import { followToEnd, leaveToItself } from './watch.js';

export interface DatasetPushFlags {
  license?: string;
  tag: string[];
  public?: boolean;
  card?: string;
  seed?: number;
  message?: string;
  detach?: boolean;
}

/**
 * `zoo dataset push`: sends a folder or archive of pictures and follows the import.
 *
 * @throws ZooError FOLDER_INVALID, and what the server refuses: ARCHIVE_*, DATASET_*
 */
export async function pushDataset(
  context: CommandContext,
  source: string,
  reference: string,
  flags: DatasetPushFlags,
): Promise<void> {
  const { output } = context;
  const { owner, name } = parseName(reference);
  const { archive, isFolder } = await readSource(source);
  const jobId = await publishDataset(context, {
    owner,
    name,
    archive,
    options: { seed: flags.seed },
    notes: flags.message,
    create: {
      license: flags.license,
      tags: flags.tag.length > 0 ? flags.tag : undefined,
      card: await readCard(flags.card, isFolder ? join(source, 'README.md') : undefined),
      visibility: flags.public ? 'PUBLIC' : 'PRIVATE',
    },
  });
  if (flags.detach) return leaveToItself(context, jobId);
  const end = await followToEnd(context, jobId);
  if (end === 'detached' || end.state !== 'COMPLETED') return;
  const { dataset, version } = await requireDatasetVersion(context.connection, {
    owner,
    name,
    revision: 'latest',
  });
  output.line(describeDataset(dataset, version));
  output.document({ jobId, owner, name, version: version.number, imageCount: version.imageCount });
}

async function readSource(source: string): Promise<{ archive: UploadSource; isFolder: boolean }> {
  const found = await stat(source).catch(() => {
    throw new ZooError('FOLDER_INVALID', `There is no ${source}; expected a folder, zip or tar of pictures.`);
  });
  return found.isDirectory()
    ? { archive: await tarFolderSource(source), isFolder: true }
    : { archive: await fileSource(source), isFolder: false };
}

/** The card that was named must be there; the one that may lie in the folder need not. */
async function readCard(named: string | undefined, usual: string | undefined): Promise<string | undefined> {
  if (named === undefined)
    return usual === undefined ? undefined : readFile(usual, 'utf8').catch(() => undefined);
  return readFile(named, 'utf8').catch(() => {
    throw new ZooError('FOLDER_INVALID', `The card ${named} cannot be read; expected a Markdown file.`);
  });
}
