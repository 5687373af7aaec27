import { isAbsolute, join, normalize } from 'node:path';
import { ZooError } from '../../errors.js';
import { Blob, DatasetVersionFile, VersionFile, type Job } from '../../zoo/database/entities/index.js';
import type { Zoo } from '../../zoo/zoo.js';
import type { BlobCache } from './blob-cache.js';
import { datasetImportParameters } from '../launch/job-parameters.js';
import type { Work } from '../child/protocol.js';
import { placeCheckpoints } from '../checkpoints/place-checkpoints.js';
import type { WorkFolder } from './work-folders.js';

/** A file of a version, as its rows name it. */
interface NamedBlob {
  path: string;
  sha256: string;
  sizeBytes: number;
}

export interface PreparationOptions {
  zoo: Zoo;
  cache: BlobCache;
  folder: WorkFolder;
  /** Where features are kept across jobs. */
  featureFolder: string;
  featureBytes: number;
  threads: number;
  /** Resident memory the child may use. */
  memoryBytes: number;
  signal: AbortSignal;
  /** Reports the bytes that are there and those there will be. */
  fetched(phase: string, done: number, total: number): void;
}

/** Lays out a job's input as files, every digest checked, and says what the child has to do with them. */
export async function prepareWork(job: Job, options: PreparationOptions): Promise<Work> {
  return job.kind === 'FINE_TUNE' ? prepareFineTune(job, options) : prepareImport(job, options);
}

async function prepareFineTune(job: Job, options: PreparationOptions): Promise<Work> {
  const { database, config } = options.zoo;
  const { engine } = config.worker;
  const { baseVersionId, datasetVersionId, strategy } = job;
  if (baseVersionId === null || datasetVersionId === null || strategy === null) {
    throw new ZooError('INTERNAL', 'the job names no base version, data-set version or strategy');
  }
  const base = await database.getRepository(VersionFile).findBy({ versionId: baseVersionId });
  const data = await database.getRepository(DatasetVersionFile).findBy({ versionId: datasetVersionId });
  await placeFiles(
    [...within(options.folder.base, base), ...within(options.folder.dataset, data)],
    'fetching model and pictures',
    options,
  );
  return {
    kind: 'FINE_TUNE',
    strategy,
    parameters: job.parameters,
    baseFolder: options.folder.base,
    datasetFolder: options.folder.dataset,
    cacheFolder: options.featureFolder,
    cacheBytes: options.featureBytes,
    outputFolder: options.folder.output,
    checkpointFolder: options.folder.checkpoints,
    checkpoints: await placeCheckpoints(options.zoo, job.id, options.folder.checkpoints, options.signal),
    seed: job.seed,
    threads: options.threads,
    engine: { wanted: engine.wanted, addonFolder: engine.addonFolder },
    memoryBytes: options.memoryBytes,
  };
}

async function prepareImport(job: Job, options: PreparationOptions): Promise<Work> {
  const { archive, ...importOptions } = datasetImportParameters.parse(job.parameters);
  const blob = await options.zoo.database.getRepository(Blob).findOneBy({ sha256: archive });
  if (blob === null) {
    throw new ZooError('BLOB_NOT_FOUND', `The archive ${archive} is not there any more; send it again.`);
  }
  const file = { path: 'archive', sha256: blob.sha256, sizeBytes: blob.sizeBytes };
  await placeFiles(within(options.folder.base, [file]), 'fetching the archive', options);
  return {
    kind: 'DATASET_IMPORT',
    archivePath: join(options.folder.base, file.path),
    outputFolder: options.folder.output,
    options: importOptions,
  };
}

/** Paths were checked when the version was published; they are checked again before they name a file of this machine. */
function within(folder: string, files: NamedBlob[]): NamedBlob[] {
  return files.map((file) => {
    const path = normalize(file.path);
    if (isAbsolute(path) || path === '..' || path.startsWith('../')) {
      throw new ZooError('INTERNAL', 'a stored version has a path outside its folder');
    }
    return { ...file, path: join(folder, path) };
  });
}

async function placeFiles(files: NamedBlob[], phase: string, options: PreparationOptions): Promise<void> {
  const total = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  let done = 0;
  options.fetched(phase, done, total);
  for (const file of files) {
    await options.cache.place(file, file.path, options.signal);
    done += file.sizeBytes;
    options.fetched(phase, done, total);
  }
  await options.cache.evict();
}
