import { mkdir, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import type { DatasetManifest, IndexedImage, SplitSummary } from '../dataset-manifest.js';
import { defaultArchiveLimits, type ArchiveLimits } from './archive-limits.js';
import { listArchive } from './archive.js';
import type { ByteSource } from './byte-source.js';
import { requireClassSizes } from './class-sizes.js';
import { placePictures, type PlacedPicture } from './place-pictures.js';
import { asDiskError, requireFreeSpace } from './free-space.js';
import { importOptions, type ImportOptions } from './import-options.js';
import { inspectPictures } from './inspect-pictures.js';
import { defaultPictureLimits, type PictureLimits } from './inspect-picture.js';
import { openPlainArchive } from './plain-archive.js';
import { readEntry } from './read-entry.js';
import { checkedPlan } from './scan-archive.js';
import { ShardWriter } from './shard-writer.js';
import { writeJsonRows } from './write-json-rows.js';

export interface ImportRequest {
  archivePath: string;
  /** An empty folder, or one that is made. Receives `index.json`, `report.json` and `shards/NNNNN.tar`. */
  outputFolder: string;
  /** See `ImportOptions`; what lacks takes its default. */
  options?: Partial<ImportOptions> | Record<string, unknown>;
  signal?: AbortSignal;
  progress?: (phase: string, done: number, total: number) => void;
  /** Pictures decoded at once; all cores by default. */
  threads?: number;
  archiveLimits?: Partial<ArchiveLimits>;
  pictureLimits?: Partial<PictureLimits>;
  /** Bytes a shard is closed at. */
  shardBytes?: number;
  /** Disk space that is to stay free. */
  keepFreeBytes?: number;
}

/**
 * Turns an archive of pictures into a data-set version: decodes every picture, leaves out what is unusable and says why,
 * splits, flags near-duplicates across splits, and writes the pictures' original bytes to tar shards with an index. The
 * same pictures and options give the same files, byte for byte, in whatever order and kind of archive they come.
 *
 * Memory stays bounded: a few pictures and about 600 bytes for each one of the data set.
 *
 * @throws ZooError ARCHIVE_*, DATASET_* as `scanArchive` does; DATASET_CLASS_TOO_SMALL also when the pictures that could
 * be used are too few
 * @throws ZooError DISK_NEARLY_FULL, or `signal.reason` when aborted
 */
export async function importDataset(request: ImportRequest): Promise<DatasetManifest> {
  const { outputFolder, signal = new AbortController().signal, progress = () => undefined } = request;
  const options = importOptions.parse(request.options ?? {});
  const threads = request.threads ?? availableParallelism();
  const keepFreeBytes = request.keepFreeBytes ?? 256 * 1024 ** 2;
  const limits = { ...defaultArchiveLimits, ...request.archiveLimits };
  const workFolder = join(outputFolder, '.unpacked');
  // Pictures are decoded side by side; threads within one would only get in each other's way.
  sharp.concurrency(1);
  sharp.cache(false);
  await mkdir(outputFolder, { recursive: true });
  try {
    progress('reading the archive', 0, 1);
    const source = await openPlainArchive(request.archivePath, { workFolder, limits, keepFreeBytes, signal });
    const listing = await listArchive(source, limits, signal);
    const plan = checkedPlan(listing, options.splits);
    plan.pictures.sort((a, b) => (a.path < b.path ? -1 : 1));
    const neededBytes = plan.pictures.reduce((sum, { entry }) => sum + entry.sizeBytes + 1024, 0);
    await requireFreeSpace(outputFolder, neededBytes, keepFreeBytes);
    progress('reading the archive', 1, 1);

    const inspection = await inspectPictures(source, plan.pictures, {
      classes: plan.classes,
      limits: { ...defaultPictureLimits, ...request.pictureLimits },
      threads,
      signal,
      progress: (done, total) => progress('checking pictures', done, total),
    });
    const { usable, rejected } = inspection;
    requireClassSizes(plan.classes, usable, plan.pictures, [], rejected);
    progress('comparing pictures', 0, 1);
    const { placed, nearDuplicates } = placePictures(inspection, plan.givenSplits, options, signal);
    progress('comparing pictures', 1, 1);

    const shards = new ShardWriter(outputFolder, request.shardBytes);
    const images = await writePictures(placed, source, shards, signal, (done, total) =>
      progress('writing shards', done, total),
    );
    await writeJsonRows(join(outputFolder, 'index.json'), {
      classes: plan.classes,
      shards: shards.shards,
      images,
    });
    await writeJsonRows(join(outputFolder, 'report.json'), { rejected, nearDuplicates });
    return {
      task: 'image-classification',
      classes: plan.classes,
      splits: summariseSplits(plan.classes, images),
      splitSource: plan.givenSplits.length > 0 ? 'given' : 'stratified',
      seed: options.seed,
      rejected: rejected.slice(0, listedInManifest),
      rejectedCount: rejected.length,
      nearDuplicates: nearDuplicates.slice(0, listedInManifest),
      nearDuplicateCount: nearDuplicates.length,
    };
  } catch (error) {
    throw asDiskError(error);
  } finally {
    await rm(workFolder, { recursive: true, force: true });
  }
}

/** Of rejected files and near-duplicates the manifest names so many; `report.json` names all. */
const listedInManifest = 100;

async function writePictures(
  placed: readonly PlacedPicture[],
  source: ByteSource,
  shards: ShardWriter,
  signal: AbortSignal,
  progress: (done: number, total: number) => void,
): Promise<IndexedImage[]> {
  const images: IndexedImage[] = [];
  try {
    for (const picture of placed) {
      signal.throwIfAborted();
      const bytes = await readEntry(source, picture.entry);
      const { path, label, split, sha256, width, height, nearDuplicate } = picture;
      const { shard, offset } = await shards.add(path, bytes);
      images.push({
        path,
        label,
        split,
        sha256,
        width,
        height,
        sizeBytes: bytes.byteLength,
        shard,
        offset,
        nearDuplicate,
      });
      progress(images.length, placed.length);
    }
    await shards.end();
  } finally {
    await shards.close();
  }
  return images;
}

function summariseSplits(
  classes: readonly string[],
  images: readonly IndexedImage[],
): DatasetManifest['splits'] {
  const empty = (): SplitSummary => ({ imageCount: 0, perClass: classes.map(() => 0) });
  const summary: DatasetManifest['splits'] = { train: empty(), validation: empty(), test: empty() };
  for (const { split, label } of images) {
    summary[split].imageCount += 1;
    summary[split].perClass[label] = (summary[split].perClass[label] ?? 0) + 1;
  }
  return summary;
}
