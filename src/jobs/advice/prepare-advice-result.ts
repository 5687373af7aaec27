import { adviceMeasurements } from '../../advisor/measurements.js';
import { corrections } from '../../advisor/record/corrections.js';
import { learnedKnowledge } from '../../advisor/recommend/learned-knowledge.js';
import { recommend } from '../../advisor/recommend/recommend.js';
import type { StrategyEstimate } from '../../advisor/recommend/recommend-input.js';
import { worthElsewhere } from '../../advisor/recommend/worth-elsewhere.js';
import { ZooError } from '../../errors.js';
import { DatasetVersion } from '../../zoo/database/entities/index.js';
import { attemptLimits } from '../child/attempt-limits.js';
import { launcherOf } from '../launch/launcher-of.js';
import type { AttemptResult, PreparedResult } from '../publish/publish-result.js';
import { executeSql } from '../queue/execute-sql.js';
import { threadsOfJob } from '../worker/threads-of-job.js';
import { adviceParameters } from './advice-parameters.js';
import { advisableStrategies, launchedParameters } from './advisable-strategies.js';
import { insertAdvice } from './insert-advice.js';
import type { PreparedModel } from './prepare-advice.js';
import { probesElsewhere } from './probes-elsewhere.js';
import { recordedOutcomes } from './recorded-outcomes.js';
import { weightsDigests } from './weights-digests.js';

/**
 * Ranks what could be launched by what was measured and by the track record of this zoo.
 *
 * @throws ZooError JOB_RESULT_INVALID
 */
export async function prepareAdviceResult({ zoo, job, result }: AttemptResult): Promise<PreparedResult> {
  const { datasetVersionId } = job;
  if (datasetVersionId === null) throw new ZooError('INTERNAL', 'the job names no data-set version');
  const measured = adviceMeasurements.parse(result['measurements']);
  const estimates = result['estimates'] as StrategyEstimate[];
  const { models: asked, left } = adviceParameters.parse(job.parameters);
  const models = await loadModels(zoo, asked);
  const { studied, spread } = learnedKnowledge.networks;
  // The others were deleted, or taken from the launcher's sight, since the launch.
  const seen = models.filter((model) =>
    measured.models.some(({ versionId }) => versionId === model.versionId),
  );
  const launcher = await launcherOf(zoo, job);
  const probes = await probesElsewhere(zoo.database, launcher, seen, { datasetVersionId, studied });
  const worth = worthElsewhere(probes, spread);
  const measurements = {
    ...measured,
    models: measured.models.map((model) => ({ ...model, elsewhere: worth.get(model.versionId) })),
  };
  const data = await zoo.database.getRepository(DatasetVersion).findOneByOrFail({ id: datasetVersionId });
  const { task, classes, splits } = data.manifest;
  const corrected = corrections(await recordedOutcomes(zoo.database, undefined));
  const recommendation = recommend({
    measurements,
    models,
    data: { task, classes, splits },
    strategies: await advisableStrategies(zoo, models, data),
    estimates,
    knowledge: learnedKnowledge,
    corrections: corrected,
    machine: { threads: threadsOfJob(zoo.config), memoryBytes: attemptLimits(zoo.config).memoryBytes },
  });
  const gone = asked
    .filter((id) => measurements.models.every(({ versionId }) => versionId !== id))
    .map((versionId) => ({
      versionId,
      reason: 'It was deleted, or taken from your sight, before it could be measured.',
    }));
  const launched: (Record<string, unknown> | null)[] = [];
  for (const candidate of recommendation.candidates) {
    const model = models.find(({ versionId }) => versionId === candidate.versionId);
    launched.push(model === undefined ? null : await launchedParameters(zoo, candidate, model, data));
  }
  const advice = {
    jobId: job.id,
    datasetVersionId,
    measurements,
    recommendation: {
      ...recommendation,
      notMeasured: [...recommendation.notMeasured, ...gone, ...left],
    },
    corrections: corrected,
    launchedParameters: launched,
  };
  return {
    async insert(manager) {
      await insertAdvice(manager, advice);
      return {};
    },
  };
}

type AdvisedModelRow = Pick<PreparedModel, 'versionId' | 'name' | 'manifest' | 'license'>;
type LoadedModel = AdvisedModelRow & { weightsDigest: string | undefined };

async function loadModels(zoo: AttemptResult['zoo'], ids: readonly string[]): Promise<LoadedModel[]> {
  const { rows } = await executeSql<AdvisedModelRow>(
    zoo.database,
    `SELECT v.id AS "versionId", o.name || '/' || m.name || '@' || v.number AS name, v.manifest, m.license
       FROM model_versions v JOIN models m ON m.id = v.model_id JOIN accounts o ON o.id = m.owner_id
      WHERE v.id = ANY($1::uuid[])`,
    [ids],
  );
  const digests = await weightsDigests(zoo.database, ids);
  return rows.map((row) => ({ ...row, weightsDigest: digests.get(row.versionId) }));
}
