import { z } from 'zod';
import { ZooError } from '../../errors.js';
import { readReports } from '../../learning/reports/read-reports.js';
import { loadTfjsLayers } from '../../learning/tfjs-layers/load-tfjs-layers.js';
import { filesOfFolder, type ModelFiles } from '../../learning/tfjs-layers/model-files.js';
import { writeLayerShards } from '../../learning/tfjs-layers/write-layer-shards.js';
import { VersionFile } from '../../zoo/database/entities/index.js';
import { insertModelVersion } from '../../zoo/models/insert-model-version.js';
import { storeModelFiles, type StoredFile } from '../../zoo/models/store-model-files.js';
import type { Zoo } from '../../zoo/zoo.js';
import { checkEvaluation } from './check-evaluation.js';
import { executeSql } from '../queue/execute-sql.js';
import { fillCard } from './fill-card.js';
import { launcherOf } from '../launch/launcher-of.js';
import type { AttemptResult, PreparedResult } from './publish-result.js';
import type { WorkFolder } from '../worker/work-folders.js';

/** What a fine-tune says beside the files it wrote. */
const fineTuneResult = z.object({
  /** Files of the version, those it shares with the base among them, which were not written again. */
  files: z.array(z.object({ path: z.string(), sha256: z.string() })),
  evaluation: z.unknown(),
  chosen: z.record(z.string(), z.union([z.string(), z.number()])),
});

/**
 * Makes a version of what a fine-tune wrote: the strict loader reads it as it reads an upload, and what it read is written
 * anew, so that digests, paths and manifest are ours. Layers that did not change give the base's shards to the byte, and
 * only the others are stored.
 *
 * @throws ZooError JOB_RESULT_INVALID, MODEL_* (see `loadTfjsLayers`), STORE_UNAVAILABLE
 */
export async function prepareModelVersion({
  zoo,
  job,
  folder,
  result,
}: AttemptResult): Promise<PreparedResult> {
  const { baseVersionId, datasetVersionId, targetModelId } = job;
  if (baseVersionId === null || datasetVersionId === null || targetModelId === null) {
    throw new ZooError('INTERNAL', 'the job names no base version, data-set version or target model');
  }
  const claimed = readResult(result);
  const baseFiles = await zoo.database.getRepository(VersionFile).findBy({ versionId: baseVersionId });
  const model = await loadTfjsLayers(await claimedFiles(claimed.files, folder, baseFiles));
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
    async insert(manager) {
      const version = await insertModelVersion(manager, {
        modelId: targetModelId,
        manifest,
        files: [...files, ...reportFiles],
        evaluation,
        reports: reported.reports,
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
      await fillCard(manager, job, {
        evaluation,
        chosen: claimed.chosen,
        parameterCount: manifest.parameterCount,
        sizeBytes: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
      });
      return { modelVersionId: version.id };
    },
  };
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

/** The version as the strict loader may read it: what was written, and of the rest what the base has under that digest. */
async function claimedFiles(
  claimed: { path: string; sha256: string }[],
  folder: WorkFolder,
  baseFiles: StoredFile[],
): Promise<ModelFiles> {
  const output = filesOfFolder(folder.output);
  const base = filesOfFolder(folder.base);
  const written = new Map((await output.list()).map((file) => [file.path, file]));
  const shared = new Map<string, StoredFile>();
  for (const { path, sha256 } of claimed) {
    const ofBase = baseFiles.find((file) => file.sha256 === sha256);
    if (!written.has(path) && ofBase !== undefined) shared.set(path, ofBase);
  }
  return {
    list: () =>
      Promise.resolve([
        ...written.values(),
        ...[...shared].map(([path, { sizeBytes }]) => ({ path, sizeBytes })),
      ]),
    read: (path) => {
      const ofBase = shared.get(path);
      return ofBase === undefined ? output.read(path) : base.read(ofBase.path);
    },
  };
}

async function classesOf(zoo: Zoo, datasetVersionId: string): Promise<string[]> {
  const { rows } = await executeSql<{ classes: string[] }>(
    zoo.database,
    `SELECT manifest->'classes' AS classes FROM dataset_versions WHERE id = $1`,
    [datasetVersionId],
  );
  return rows[0]?.classes ?? [];
}
