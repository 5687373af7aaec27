import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ZooError } from '../../errors.js';
import type { DatasetManifest } from '../../learning/dataset-manifest.js';
import { writeWithoutTestSplit } from '../../learning/datasets/write-without-test-split.js';
import type { StrategyOrigin } from '../../plugins/packages/strategy-package.js';
import type { FitRecord } from '../../plugins/run/fit-strategy.js';
import {
  Blob,
  DatasetVersion,
  DatasetVersionFile,
  VersionFile,
  type Job,
} from '../../zoo/database/entities/index.js';
import type { Zoo } from '../../zoo/zoo.js';
import type { BlobCache } from './blob-cache.js';
import { datasetImportParameters } from '../launch/job-parameters.js';
import { installedStrategies } from '../launch/installed-strategies.js';
import type { DatasetImportWork, EvaluationWork, FitWork } from '../child/protocol.js';
import { AttemptStopped } from '../queue/lease.js';
import { placeCheckpoints } from '../checkpoints/place-checkpoints.js';
import { placeFiles, within } from './place-files.js';
import { removeFolder, type WorkFolder } from './work-folders.js';

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
  /** The largest checkpoint that is kept. */
  checkpointBytes: number;
  signal: AbortSignal;
  /** Reports the bytes that are there and those there will be. */
  fetched(phase: string, done: number, total: number): void;
}

/**
 * Lays out what a strategy may have, as files, every digest checked, and says what the process of a fit has to do with
 * them. The data set is there without its test split.
 *
 * @throws AttemptStopped when this worker has not the job's strategy any more
 */
export async function prepareFit(job: Job, options: PreparationOptions): Promise<FitWork> {
  const { config } = options.zoo;
  const { folder, signal } = options;
  const { engine } = config.worker;
  const { strategy, origin } = await strategyOf(job, options.zoo);
  const whole = join(folder.root, 'whole');
  const manifest = await placeVersions(
    job,
    { ...folder, dataset: whole },
    'fetching model and pictures',
    options,
  );
  await writeWithoutTestSplit(whole, folder.dataset, signal);
  await removeFolder(whole);
  return {
    kind: 'FIT',
    strategy,
    origin,
    parameters: job.parameters,
    testSummary: manifest.splits.test,
    ...runInputs(job, options),
    checkpointFolder: folder.checkpoints,
    checkpoints: await placeCheckpoints(options.zoo, job.id, folder.checkpoints, signal),
    checkpointBytes: options.checkpointBytes,
    engine: { wanted: engine.wanted, addonFolder: engine.addonFolder },
  };
}

/**
 * Lays out base and whole data set anew, since nobody knows what the process of the fit did to those it had, and says what
 * there is to evaluate.
 */
export async function prepareEvaluation(
  job: Job,
  fit: FitRecord,
  options: PreparationOptions,
): Promise<EvaluationWork> {
  const { folder } = options;
  for (const used of [folder.base, folder.dataset, folder.home]) await removeFolder(used);
  await mkdir(folder.temporary, { recursive: true });
  await placeVersions(job, folder, 'laying out the test pictures', options);
  return { kind: 'EVALUATION', fit, ...runInputs(job, options) };
}

function runInputs(
  job: Job,
  { folder, featureFolder, featureBytes, threads, memoryBytes }: PreparationOptions,
) {
  return {
    baseFolder: folder.base,
    datasetFolder: folder.dataset,
    cacheFolder: featureFolder,
    cacheBytes: featureBytes,
    outputFolder: folder.output,
    seed: job.seed,
    threads,
    memoryBytes,
  };
}

/** A job that was claimed a moment before its package was removed is to wait for it, not to fail. */
async function strategyOf(job: Job, zoo: Zoo): Promise<{ strategy: string; origin: StrategyOrigin }> {
  const { strategy, strategyVersion, strategyDigest } = job;
  const installed = await installedStrategies(zoo);
  const found = installed.find(strategy ?? '', strategyVersion ?? undefined, strategyDigest ?? undefined);
  if (strategy !== null && found !== undefined) return { strategy, origin: found.origin };
  throw new AttemptStopped('strategy-removed');
}

async function placeVersions(
  { baseVersionId, datasetVersionId }: Job,
  folder: Pick<WorkFolder, 'base' | 'dataset'>,
  phase: string,
  options: PreparationOptions,
): Promise<DatasetManifest> {
  const { database } = options.zoo;
  if (baseVersionId === null || datasetVersionId === null) {
    throw new ZooError('INTERNAL', 'the job names no base version or data-set version');
  }
  const base = await database.getRepository(VersionFile).findBy({ versionId: baseVersionId });
  const data = await database.getRepository(DatasetVersionFile).findBy({ versionId: datasetVersionId });
  await placeFiles([...within(folder.base, base), ...within(folder.dataset, data)], phase, options);
  const version = await database.getRepository(DatasetVersion).findOneByOrFail({ id: datasetVersionId });
  return version.manifest;
}

/** Lays out the archive of an import, its digest checked, and says what the process has to do with it. */
export async function prepareImport(job: Job, options: PreparationOptions): Promise<DatasetImportWork> {
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
