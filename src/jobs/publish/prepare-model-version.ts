import type { EntityManager } from 'typeorm';
import { z } from 'zod';
import { ZooError } from '../../errors.js';
import type { Evaluation } from '../../learning/evaluation.js';
import type { ModelManifest } from '../../learning/model-manifest.js';
import { readReports } from '../../learning/reports/read-reports.js';
import type { VersionReport } from '../../learning/reports/version-report.js';
import { loadTfjsLayers } from '../../learning/tfjs-layers/load-tfjs-layers.js';
import { filesOfFolder } from '../../learning/tfjs-layers/model-files.js';
import { writeLayerShards } from '../../learning/tfjs-layers/write-layer-shards.js';
import { publishedFiles } from '../../plugins/run/published-files.js';
import { VersionFile, type Job } from '../../zoo/database/entities/index.js';
import { insertModelVersion } from '../../zoo/models/insert-model-version.js';
import { storeModelFiles, type StoredFile } from '../../zoo/models/store-model-files.js';
import type { Zoo } from '../../zoo/zoo.js';
import { checkEvaluation } from './check-evaluation.js';
import { executeSql } from '../queue/execute-sql.js';
import { fillCard } from './fill-card.js';
import { launcherOf } from '../launch/launcher-of.js';
import type { AttemptResult, PreparedResult } from './publish-result.js';

/** What a fine-tune says beside the files it wrote. */
const fineTuneResult = z.object({
  /** Files of the version, those it shares with the base among them, which were not written again. */
  files: z.array(z.object({ path: z.string(), sha256: z.string() })),
  evaluation: z.unknown(),
  chosen: z.record(z.string(), z.union([z.string(), z.number()])),
});

/** A version that a fit made, checked, with its bytes in the store: plain data, to be inserted at once or later. */
export interface StoredFit {
  manifest: ModelManifest;
  /** Of the model and of its reports. */
  files: StoredFile[];
  evaluation: Evaluation;
  reports: VersionReport[];
  /** What the strategy chose, for the card. */
  chosen: Record<string, string | number>;
  /** Of the model's files. */
  sizeBytes: number;
}

/** Makes a version of what a fine-tune wrote. @throws ZooError as `storeFit` does */
export async function prepareModelVersion(attempt: AttemptResult): Promise<PreparedResult> {
  const stored = await storeFit(attempt);
  return {
    insert: async (manager) => ({ modelVersionId: await insertFit(manager, attempt.job, stored) }),
  };
}

/**
 * Checks what a fine-tune wrote and stores it: the strict loader reads it as it reads an upload, and what it read is
 * written anew, so that digests, paths and manifest are ours. Layers that did not change give the base's shards to the
 * byte, and only the others are stored.
 *
 * @throws ZooError JOB_RESULT_INVALID, MODEL_* (see `loadTfjsLayers`), STORE_UNAVAILABLE
 */
export async function storeFit({
  zoo,
  job,
  folder,
  result,
}: Omit<AttemptResult, 'signal'>): Promise<StoredFit> {
  const { baseVersionId, datasetVersionId } = partsOf(job);
  const claimed = readResult(result);
  const baseFiles = await zoo.database.getRepository(VersionFile).findBy({ versionId: baseVersionId });
  const places = { outputFolder: folder.output, baseFolder: folder.base, baseFiles };
  const model = await loadTfjsLayers(await publishedFiles(claimed.files, places));
  const classes = await classesOf(zoo, datasetVersionId);
  const { manifest } = model;
  if (manifest.labels?.join('\0') !== classes.join('\0')) {
    throw new ZooError(
      'JOB_RESULT_INVALID',
      'The labels of the fitted model are not the classes of the data set.',
    );
  }
  const evaluation = checkEvaluation(claimed.evaluation, classes);
  const known = new Set(baseFiles.map(({ sha256 }) => sha256));
  const reported = await readReports(filesOfFolder(folder.output));
  const launcher = await launcherOf(zoo, job);
  const files = await storeModelFiles(zoo, launcher, writeLayerShards(model), known);
  const reportFiles = await storeModelFiles(zoo, launcher, reported.files, known);
  return {
    manifest,
    files: [...files, ...reportFiles],
    evaluation,
    reports: reported.reports,
    chosen: claimed.chosen,
    sizeBytes: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
  };
}

/**
 * Inserts a stored fit as the next version of the job's target model, with its lineage, and fills in the model's card.
 *
 * @returns the version's id.
 */
export async function insertFit(manager: EntityManager, job: Job, stored: StoredFit): Promise<string> {
  const { baseVersionId, datasetVersionId, targetModelId } = partsOf(job);
  const { manifest, files, evaluation, reports, chosen, sizeBytes } = stored;
  const version = await insertModelVersion(manager, {
    modelId: targetModelId,
    manifest,
    files,
    evaluation,
    reports,
    notes: job.notes,
    jobId: job.id,
    createdBy: job.launchedBy,
    parents: [
      {
        versionId: baseVersionId,
        relation: 'finetune',
        strategy: job.strategy,
        strategyVersion: job.strategyVersion,
        strategyPackage: job.strategyPackage,
        strategyPackageVersion: job.strategyPackageVersion,
        strategyDigest: job.strategyDigest,
        parameters: job.parameters,
        datasetVersionId,
      },
    ],
  });
  await fillCard(manager, job, { evaluation, chosen, parameterCount: manifest.parameterCount, sizeBytes });
  return version.id;
}

function partsOf({ baseVersionId, datasetVersionId, targetModelId }: Job) {
  if (baseVersionId === null || datasetVersionId === null || targetModelId === null) {
    throw new ZooError('INTERNAL', 'the job names no base version, data-set version or target model');
  }
  return { baseVersionId, datasetVersionId, targetModelId };
}

function readResult(result: Record<string, unknown>): z.output<typeof fineTuneResult> {
  const parsed = fineTuneResult.safeParse(result);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new ZooError(
    'JOB_RESULT_INVALID',
    `The job's result has no usable ${issue?.path.join('.') || 'content'}: ${issue?.message ?? ''}.`,
  );
}

async function classesOf(zoo: Zoo, datasetVersionId: string): Promise<string[]> {
  const { rows } = await executeSql<{ classes: string[] }>(
    zoo.database,
    `SELECT manifest->'classes' AS classes FROM dataset_versions WHERE id = $1`,
    [datasetVersionId],
  );
  return rows[0]?.classes ?? [];
}
