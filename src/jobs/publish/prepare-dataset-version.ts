import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { ZooError } from '../../errors.js';
import { readDatasetFolder, type DatasetFolder } from '../../learning/datasets/dataset-folder.js';
import { filesOfFolder } from '../../learning/tfjs-layers/model-files.js';
import { storeBlob } from '../../zoo/blobs/store-blob.js';
import { insertDatasetVersion } from '../../zoo/datasets/insert-dataset-version.js';
import { hashFile } from '../../learning/sha256.js';
import { checkDatasetManifest } from './check-dataset-manifest.js';
import { launcherOf } from '../launch/launcher-of.js';
import type { AttemptResult, PreparedResult } from './publish-result.js';

/**
 * Makes a data-set version of what an import wrote: the index, the report and the shards it names and nothing else, every
 * picture with the digest the index gives it.
 *
 * @throws ZooError JOB_RESULT_INVALID, STORE_UNAVAILABLE
 */
export async function prepareDatasetVersion({
  zoo,
  job,
  folder,
  result,
  signal,
}: AttemptResult): Promise<PreparedResult> {
  const { targetDatasetId } = job;
  if (targetDatasetId === null) throw new ZooError('INTERNAL', 'the job names no target data set');
  const written = await filesOfFolder(folder.output).list();
  const dataset = await openWritten(folder.output);
  try {
    checkFiles(dataset, written);
    await checkPictures(dataset, written, signal);
  } finally {
    await dataset.close();
  }
  const manifest = checkDatasetManifest(result['manifest'], dataset.index);
  const launcher = await launcherOf(zoo, job);
  const files: { path: string; sha256: string; sizeBytes: number }[] = [];
  for (const { path } of written) {
    const local = join(folder.output, path);
    const address = await hashFile(local, signal);
    await storeBlob(zoo, launcher, address, createReadStream(local));
    files.push({ path, ...address });
  }
  return {
    async insert(manager) {
      const version = await insertDatasetVersion(manager, {
        datasetId: targetDatasetId,
        manifest,
        files,
        jobId: job.id,
        createdBy: job.launchedBy,
      });
      return { datasetVersionId: version.id };
    },
  };
}

async function openWritten(folder: string): Promise<DatasetFolder> {
  try {
    return await readDatasetFolder(folder);
  } catch (cause) {
    throw new ZooError('JOB_RESULT_INVALID', 'The import wrote no usable index.', {}, { cause });
  }
}

function checkFiles({ index }: DatasetFolder, written: { path: string }[]): void {
  const expected = new Set(['index.json', 'report.json', ...index.shards]);
  const found = new Set(written.map(({ path }) => path));
  const missing = [...expected].filter((path) => !found.has(path));
  const extra = [...found].filter((path) => !expected.has(path));
  if (missing.length === 0 && extra.length === 0) return;
  throw new ZooError(
    'JOB_RESULT_INVALID',
    `The import wrote other files than its index names: ${missing.length} are missing, ${extra.length} are too many.`,
  );
}

async function checkPictures(
  dataset: DatasetFolder,
  written: { path: string; sizeBytes: number }[],
  signal: AbortSignal,
): Promise<void> {
  const { images, shards } = dataset.index;
  const sizes = new Map(written.map(({ path, sizeBytes }) => [path, sizeBytes]));
  for (const image of images) {
    signal.throwIfAborted();
    const shardBytes = sizes.get(shards[image.shard] ?? '') ?? 0;
    // Before anything is allocated for it.
    const inside = image.offset + image.sizeBytes <= shardBytes;
    const intact =
      inside &&
      (await dataset.read(image).then(
        () => true,
        () => false,
      ));
    if (!intact) {
      throw new ZooError(
        'JOB_RESULT_INVALID',
        'The import wrote a picture whose bytes are not those its index describes.',
      );
    }
  }
}
