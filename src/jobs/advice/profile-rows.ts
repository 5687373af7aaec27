import type { EntityManager } from 'typeorm';
import type { ModelMeasurements } from '../../advisor/measurements.js';
import type { Principal } from '../../zoo/access/principal.js';
import { visibleTo } from '../../zoo/access/visible-to.js';
import type { Queryable } from '../../zoo/pagination/fetch-page.js';
import type { Zoo } from '../../zoo/zoo.js';
import type { AdviceWork } from '../child/protocol.js';
import { executeSql } from '../queue/execute-sql.js';

/** Keys of the cuts whose worth on a data set is known, whatever version it was measured with. */
export async function knownFeatureKeys(database: Queryable, datasetVersionId: string): Promise<string[]> {
  const rows = (await database.query(
    `SELECT feature_key AS "featureKey" FROM transfer_profiles WHERE dataset_version_id = $1`,
    [datasetVersionId],
  )) as { featureKey: string }[];
  return rows.map(({ featureKey }) => featureKey);
}

/**
 * How the pictures that models were trained on lie at their cuts, where a profile has kept it and the principal may see the
 * data set.
 */
export async function sourceStatistics(
  { database }: Pick<Zoo, 'database'>,
  principal: Principal,
  versionIds: readonly string[],
): Promise<AdviceWork['known']> {
  const { rows } = await executeSql<AdviceWork['known'][number]>(
    database,
    `SELECT DISTINCT p.feature_key AS "featureKey", p.dataset_version_id AS "datasetVersionId",
            p.statistics -> 'mean' AS mean, p.statistics -> 'variance' AS variance
       FROM lineage_edges e
       JOIN transfer_profile_cuts c ON c.version_id = e.child_version_id
       JOIN transfer_profiles p ON p.feature_key = c.feature_key AND p.dataset_version_id = e.dataset_version_id
       JOIN dataset_versions v ON v.id = p.dataset_version_id JOIN datasets d ON d.id = v.dataset_id
      WHERE e.child_version_id = ANY($1::uuid[]) AND p.statistics IS NOT NULL AND ${visibleTo(principal, 'd')}`,
    [versionIds],
  );
  return rows;
}

/**
 * Keeps what was measured with a version as part of its profile. A cut that was measured on more pictures before keeps what
 * it has. The caller holds the job's fence.
 */
export async function storeProfile(
  manager: EntityManager,
  datasetVersionId: string,
  { versionId, cuts, similarity }: Pick<ModelMeasurements, 'versionId' | 'cuts' | 'similarity'>,
): Promise<void> {
  // Measured at once by two jobs, the same rows are written in the same order.
  const sorted = [...cuts].sort((a, b) => (a.featureKey < b.featureKey ? -1 : 1));
  for (const { layer, depth, featureDim, isCandidate, featureKey, pictures, scores, statistics } of sorted) {
    await executeSql(
      manager,
      `INSERT INTO transfer_profile_cuts (version_id, layer, depth, feature_dim, is_candidate, feature_key)
       VALUES ($1, $2, $3, $4, $5, $6)
       ON CONFLICT (version_id, layer) DO UPDATE
         SET depth = excluded.depth, is_candidate = excluded.is_candidate, feature_key = excluded.feature_key`,
      [versionId, layer, depth, featureDim, isCandidate, featureKey],
    );
    if (pictures === 0) continue;
    const shift = similarity?.batchNormShifts.findLast((before) => before.depth <= depth)?.shift ?? null;
    await executeSql(
      manager,
      `INSERT INTO transfer_profiles (feature_key, dataset_version_id, pictures, scores, statistics, batch_norm_shift)
       VALUES ($1, $2, $3, $4, $5, $6)
       ON CONFLICT (feature_key, dataset_version_id) DO UPDATE
         SET pictures = excluded.pictures, scores = excluded.scores, statistics = excluded.statistics,
             batch_norm_shift = excluded.batch_norm_shift, measured_at = now()
       WHERE transfer_profiles.pictures <= excluded.pictures`,
      [
        featureKey,
        datasetVersionId,
        pictures,
        JSON.stringify(scores),
        statistics === null ? null : JSON.stringify(statistics),
        shift,
      ],
    );
  }
}
