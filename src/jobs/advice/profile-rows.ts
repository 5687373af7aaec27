import type { EntityManager } from 'typeorm';
import type { ModelMeasurements } from '../../advisor/measurements.js';
import { enoughProfilePictures } from '../../advisor/measure/profile-pictures.js';
import type { Principal } from '../../zoo/access/principal.js';
import { visibleTo } from '../../zoo/access/visible-to.js';
import type { Queryable } from '../../zoo/pagination/fetch-page.js';
import type { Zoo } from '../../zoo/zoo.js';
import type { AdviceWork } from '../child/protocol.js';
import { executeSql } from '../queue/execute-sql.js';

/**
 * Keys of the cuts whose worth on a data set is known, whatever version it was measured with.
 *
 * @param trainPictures that the data set has
 */
export async function knownFeatureKeys(
  database: Queryable,
  datasetVersionId: string,
  trainPictures: number,
): Promise<string[]> {
  const rows = (await database.query(
    `SELECT feature_key AS "featureKey" FROM transfer_profiles WHERE dataset_version_id = $1 AND pictures >= $2`,
    [datasetVersionId, Math.min(enoughProfilePictures, trainPictures)],
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
 * Keeps what was measured with some versions as part of their profiles. A cut that was measured on more pictures before keeps
 * what it has. The caller holds the job's fence.
 */
export async function storeProfiles(
  manager: EntityManager,
  datasetVersionId: string,
  models: readonly MeasuredCuts[],
): Promise<void> {
  await executeSql(
    manager,
    `INSERT INTO transfer_profile_cuts (version_id, layer, depth, feature_dim, is_candidate, feature_key)
     SELECT "versionId", layer, depth, "featureDim", "isCandidate", "featureKey"
       FROM jsonb_to_recordset($1::jsonb) AS cut ("versionId" uuid, layer text, depth double precision,
              "featureDim" integer, "isCandidate" boolean, "featureKey" text)
      ORDER BY "versionId", layer
     ON CONFLICT (version_id, layer) DO UPDATE
       SET depth = excluded.depth, is_candidate = excluded.is_candidate, feature_key = excluded.feature_key`,
    [JSON.stringify(models.flatMap(({ versionId, cuts }) => cuts.map((cut) => ({ versionId, ...cut }))))],
  );
  // Written in one order by all, jobs that finish at once wait for each other instead of locking each other out.
  await executeSql(
    manager,
    `INSERT INTO transfer_profiles (feature_key, dataset_version_id, pictures, scores, statistics, batch_norm_shift)
     SELECT "featureKey", $2, pictures, scores, nullif(statistics, 'null'::jsonb), "batchNormShift"
       FROM jsonb_to_recordset($1::jsonb) AS point ("featureKey" text, pictures integer, scores jsonb, statistics jsonb,
              "batchNormShift" double precision)
      ORDER BY "featureKey"
     ON CONFLICT (feature_key, dataset_version_id) DO UPDATE
       SET pictures = excluded.pictures, scores = excluded.scores,
           statistics = coalesce(excluded.statistics, transfer_profiles.statistics),
           batch_norm_shift = excluded.batch_norm_shift, measured_at = now()
     WHERE transfer_profiles.pictures <= excluded.pictures`,
    [JSON.stringify(pointsOf(models)), datasetVersionId],
  );
}

/** A mean over a thousand pictures is known to a few digits; all that a number has take twice the room. */
const toStore = (value: number): number => Number(value.toPrecision(5));

type MeasuredCuts = Pick<ModelMeasurements, 'versionId' | 'cuts' | 'similarity'>;

/** One for each key: of versions with the same first layers, that which saw the most pictures. */
function pointsOf(models: readonly MeasuredCuts[]) {
  const points = models.flatMap(({ cuts, similarity }) =>
    cuts
      .filter(({ pictures }) => pictures > 0)
      .map(({ featureKey, depth, pictures, scores, statistics }) => {
        const before = similarity?.batchNormShifts.findLast((shift) => shift.depth <= depth);
        return {
          featureKey,
          pictures,
          scores,
          statistics: statistics && {
            mean: statistics.mean.map(toStore),
            variance: statistics.variance.map(toStore),
          },
          batchNormShift: before?.shift ?? null,
        };
      }),
  );
  const byKey = new Map<string, (typeof points)[number]>();
  for (const point of points.sort((a, b) => a.pictures - b.pictures)) byKey.set(point.featureKey, point);
  return [...byKey.values()];
}
