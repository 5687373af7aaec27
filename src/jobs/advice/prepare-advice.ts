import { join } from 'node:path';
import { ZooError } from '../../errors.js';
import type { DatasetManifest } from '../../learning/dataset-manifest.js';
import { writeWithoutTestSplit } from '../../learning/datasets/write-without-test-split.js';
import type { ModelManifest } from '../../learning/model-manifest.js';
import { visibleTo } from '../../zoo/access/visible-to.js';
import {
  DatasetVersion,
  DatasetVersionFile,
  VersionFile,
  type Job,
} from '../../zoo/database/entities/index.js';
import type { AdviceWork, TransferProfileWork } from '../child/protocol.js';
import { launcherOf } from '../launch/launcher-of.js';
import { executeSql } from '../queue/execute-sql.js';
import { placeFiles, within } from '../worker/place-files.js';
import type { PreparationOptions } from '../worker/prepare-work.js';
import { removeFolder } from '../worker/work-folders.js';
import { adviceParameters } from './advice-parameters.js';
import { knownFeatureKeys, sourceStatistics } from './profile-rows.js';

/** A version that is measured, as far as the worker needs to know it. */
export interface PreparedModel {
  versionId: string;
  /** `owner/name@number`. */
  name: string;
  manifest: ModelManifest;
  license: string | null;
  sourceAccuracy: number | null;
  parameterCount: number;
  createdAt: Date;
  /** Its files, once they are laid out. */
  folder: string;
}

/** An advice that is about to be measured. */
export interface PreparedAdvice {
  work: AdviceWork;
  models: PreparedModel[];
  data: { manifest: DatasetManifest };
}

/** The part of an attempt's time that measuring may take: fetching models comes before, strategies of packages are asked after. */
const mostOfAttempt = 1 / 2;

/**
 * Lays out every model that the advice is about, and the data set without its test split. Models that were deleted since the
 * launch, or taken from the launcher's sight, are left out; the others are measured all the same.
 *
 * @throws ZooError ADVICE_NO_MODELS where all of them are gone
 */
export async function prepareAdvice(job: Job, options: PreparationOptions): Promise<PreparedAdvice> {
  const { models: asked, budgetSeconds } = adviceParameters.parse(job.parameters);
  const models = await loadModels(job, asked, options);
  if (models.length === 0) {
    throw new ZooError(
      'ADVICE_NO_MODELS',
      'Every model that the advice was to be about was deleted, or taken from your sight, since it was asked for.',
    );
  }
  const data = await placeData(job, models, options);
  const work: AdviceWork = {
    kind: 'ADVICE',
    models: models.map(toMeasure),
    budgetSeconds: Math.min(budgetSeconds, mostOfAttempt * (options.zoo.config.worker.jobTimeoutMs / 1000)),
    known: await sourceStatistics(options.zoo, await launcherOf(options.zoo, job), asked),
    ...measuringInputs(job, options),
  };
  return { work, models, data };
}

/** Lays out the one model of a profile, and the data set without its test split. */
export async function prepareProfile(job: Job, options: PreparationOptions): Promise<TransferProfileWork> {
  const { baseVersionId, datasetVersionId } = job;
  const [model] = baseVersionId === null ? [] : await loadModels(job, [baseVersionId], options);
  if (model === undefined || datasetVersionId === null) {
    throw new ZooError('NOT_FOUND', 'The model was deleted since its profile was asked for.');
  }
  const { manifest } = await placeData(job, [model], options);
  const { imageCount } = manifest.splits.train;
  return {
    kind: 'TRANSFER_PROFILE',
    model: toMeasure(model),
    knownKeys: await knownFeatureKeys(options.zoo.database, datasetVersionId, imageCount),
    ...measuringInputs(job, options),
  };
}

function measuringInputs(
  job: Job,
  { folder, featureFolder, featureBytes, threads, memoryBytes }: PreparationOptions,
) {
  return {
    datasetFolder: folder.dataset,
    cacheFolder: featureFolder,
    cacheBytes: featureBytes,
    seed: job.seed,
    threads,
    memoryBytes,
  };
}

function toMeasure({ createdAt, manifest: _, license: __, ...model }: PreparedModel) {
  return { ...model, createdAt: createdAt.toISOString() };
}

/** In the order of `ids`. */
async function loadModels(
  job: Job,
  ids: readonly string[],
  { zoo, folder }: PreparationOptions,
): Promise<PreparedModel[]> {
  const launcher = await launcherOf(zoo, job);
  // An admin may have named what others keep to themselves.
  const scopes = new Set([
    ...launcher.scopes,
    ...(launcher.account?.role === 'ADMIN' ? ['admin' as const] : []),
  ]);
  const { rows } = await executeSql<Omit<PreparedModel, 'folder'>>(
    zoo.database,
    `SELECT v.id AS "versionId", o.name || '/' || m.name || '@' || v.number AS name, v.manifest, m.license,
            x.value AS "sourceAccuracy", v.parameter_count::double precision AS "parameterCount",
            v.created_at AS "createdAt"
       FROM model_versions v JOIN models m ON m.id = v.model_id JOIN accounts o ON o.id = m.owner_id
       LEFT JOIN metrics x ON x.version_id = v.id AND x.name = 'accuracy'
      WHERE v.id = ANY($1::uuid[]) AND ${visibleTo({ ...launcher, scopes }, 'm')}
      ORDER BY array_position($1::uuid[], v.id)`,
    [ids],
  );
  return rows.map((row) => ({ ...row, folder: join(folder.base, row.versionId) }));
}

async function placeData(
  { datasetVersionId }: Job,
  models: readonly PreparedModel[],
  options: PreparationOptions,
): Promise<PreparedAdvice['data']> {
  const { folder, signal, zoo } = options;
  if (datasetVersionId === null) throw new ZooError('INTERNAL', 'the job names no data-set version');
  const whole = join(folder.root, 'whole');
  const files = zoo.database.getRepository(VersionFile);
  const ofModels = [];
  for (const model of models) {
    ofModels.push(...within(model.folder, await files.findBy({ versionId: model.versionId })));
  }
  const data = await zoo.database.getRepository(DatasetVersionFile).findBy({ versionId: datasetVersionId });
  await placeFiles([...ofModels, ...within(whole, data)], 'fetching models and pictures', options);
  await writeWithoutTestSplit(whole, folder.dataset, signal);
  await removeFolder(whole);
  const { manifest } = await zoo.database
    .getRepository(DatasetVersion)
    .findOneByOrFail({ id: datasetVersionId });
  return { manifest };
}
