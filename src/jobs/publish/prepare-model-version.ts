import { z } from 'zod';
import { ZooError } from '../../errors.js';
import { readReports } from '../../learning/reports/read-reports.js';
import { loadTfjsLayers } from '../../learning/tfjs-layers/load-tfjs-layers.js';
import { filesOfFolder } from '../../learning/tfjs-layers/model-files.js';
import { writeLayerShards } from '../../learning/tfjs-layers/write-layer-shards.js';
import { publishedFiles } from '../../plugins/run/published-files.js';
import { VersionFile } from '../../zoo/database/entities/index.js';
import { insertModelVersion } from '../../zoo/models/insert-model-version.js';
import { storeModelFiles } from '../../zoo/models/store-model-files.js';
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

async function classesOf(zoo: Zoo, datasetVersionId: string): Promise<string[]> {
  const { rows } = await executeSql<{ classes: string[] }>(
    zoo.database,
    `SELECT manifest->'classes' AS classes FROM dataset_versions WHERE id = $1`,
    [datasetVersionId],
  );
  return rows[0]?.classes ?? [];
}
