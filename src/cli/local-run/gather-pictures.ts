import { createWriteStream } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ZooError } from '../../errors.js';
import { importDataset } from '../../learning/datasets/import-dataset.js';
import { requireDatasetFiles } from '../client/dataset-files.js';
import { tarFolderSource } from '../client/tar-folder.js';
import type { CommandContext } from '../command-context.js';
import { pullFiles } from './pull-files.js';
import { referenceIn } from './reference-in.js';

export interface GatheringPictures {
  /** Where the data set is put. */
  target: string;
  signal: AbortSignal;
  progress(phase: string, done: number, total: number): void;
}

/**
 * The folder of a data set as the zoo keeps one: imported from a folder or archive of pictures, exactly as `zoo dataset
 * push` would have it, or pulled from a zoo. A folder that is one already is taken as it is.
 *
 * @throws ZooError FOLDER_INVALID, ARCHIVE_*, DATASET_*, NOT_FOUND, DIGEST_MISMATCH, TRANSFER_FAILED, SERVER_UNREACHABLE
 */
export async function gatherPictures(
  context: CommandContext,
  source: string,
  options: GatheringPictures,
): Promise<string> {
  const found = await stat(source).catch(() => undefined);
  const { target, signal, progress } = options;
  if (found?.isDirectory() && (await isDatasetFolder(source))) return resolve(source);
  const reference = referenceIn(source);
  if (found === undefined && reference !== undefined) {
    await pullFiles(context, await requireDatasetFiles(context.connection, reference), target, signal);
    return target;
  }
  if (found === undefined) {
    throw new ZooError(
      'FOLDER_INVALID',
      `--data is "${source}", which is not there; expected a folder or archive of pictures, or owner/name[@revision] of a data set in a zoo.`,
    );
  }
  await mkdir(target, { recursive: true });
  const archivePath = found.isDirectory() ? await packed(source, `${target}.tar`) : resolve(source);
  await importDataset({ archivePath, outputFolder: target, signal, progress });
  return target;
}

async function isDatasetFolder(folder: string): Promise<boolean> {
  const entries = await Promise.all(
    ['index.json', 'shards'].map((name) => stat(join(folder, name)).catch(() => undefined)),
  );
  return (entries[0]?.isFile() && entries[1]?.isDirectory()) ?? false;
}

async function packed(folder: string, archivePath: string): Promise<string> {
  await pipeline((await tarFolderSource(folder)).open(0), createWriteStream(archivePath));
  return archivePath;
}
