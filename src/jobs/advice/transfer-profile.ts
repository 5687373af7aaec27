import type { TransferabilityScores } from '../../advisor/measurements.js';
import type { Principal } from '../../zoo/access/principal.js';
import { visibleTo } from '../../zoo/access/visible-to.js';
import type { Queryable } from '../../zoo/pagination/fetch-page.js';
import { groupBy } from './group-by.js';

/** What the layers of a version are worth, by depth, on every data set that was measured and that the reader may see. */
export interface TransferProfileRow {
  versionId: string;
  /** Input to output. */
  cuts: ProfileCutRow[];
  /** The newest measured first; at most a hundred. */
  datasets: DatasetProfileRow[];
}

export interface ProfileCutRow {
  layer: string;
  /** Share of the network's parameters up to and including the layer, 0 to 1. */
  depth: number;
  featureDim: number;
  /** Whether strategies compare this cut when none is named. */
  isCandidate: boolean;
}

export interface DatasetProfileRow {
  datasetVersionId: string;
  measuredAt: Date;
  /** In the order of the cuts; cuts without numbers on this data set are left out. */
  points: ProfilePointRow[];
}

export interface ProfilePointRow {
  layer: string;
  depth: number;
  /** Training pictures that it was measured on. */
  pictures: number;
  scores: TransferabilityScores;
  /** Shift of the channels at the last batch normalisation up to here, in stored standard deviations. */
  batchNormShift: number | null;
}

/** Data sets of a profile that are read, the newest measured. */
const mostDatasets = 100;

/** The transfer profiles of those of the versions that the principal may see, on data sets that it may see. */
export async function transferProfilesOf(
  database: Queryable,
  principal: Principal,
  versionIds: readonly string[],
): Promise<TransferProfileRow[]> {
  const cuts = (await database.query(
    `SELECT c.version_id AS "versionId", c.layer, c.depth, c.feature_dim AS "featureDim", c.is_candidate AS "isCandidate"
       FROM transfer_profile_cuts c JOIN model_versions v ON v.id = c.version_id JOIN models m ON m.id = v.model_id
      WHERE c.version_id = ANY($1::uuid[]) AND ${visibleTo(principal, 'm')}
      ORDER BY c.version_id, c.depth, c.layer`,
    [versionIds],
  )) as (ProfileCutRow & { versionId: string })[];
  const points = (await database.query(
    `WITH measured AS (
       SELECT c.version_id, p.dataset_version_id,
              row_number() OVER (PARTITION BY c.version_id
                ORDER BY max(p.measured_at) DESC, p.dataset_version_id) AS place
         FROM transfer_profile_cuts c JOIN transfer_profiles p ON p.feature_key = c.feature_key
         JOIN dataset_versions v ON v.id = p.dataset_version_id JOIN datasets d ON d.id = v.dataset_id
        WHERE c.version_id = ANY($1::uuid[]) AND ${visibleTo(principal, 'd')}
        GROUP BY c.version_id, p.dataset_version_id)
     SELECT c.version_id AS "versionId", p.dataset_version_id AS "datasetVersionId", p.measured_at AS "measuredAt",
            c.layer, c.depth, p.pictures, p.scores, p.batch_norm_shift AS "batchNormShift"
       FROM measured s JOIN transfer_profile_cuts c ON c.version_id = s.version_id
       JOIN transfer_profiles p ON p.feature_key = c.feature_key AND p.dataset_version_id = s.dataset_version_id
      WHERE s.place <= ${mostDatasets}
      ORDER BY c.version_id, c.depth, c.layer`,
    [versionIds],
  )) as (ProfilePointRow & { versionId: string; datasetVersionId: string; measuredAt: Date })[];
  return groupBy(cuts, ({ versionId }) => versionId).map(([versionId, ofVersion]) => ({
    versionId,
    cuts: ofVersion.map(({ versionId: _, ...cut }) => cut),
    datasets: byDataset(points.filter((point) => point.versionId === versionId)),
  }));
}

function byDataset(
  points: readonly (ProfilePointRow & { datasetVersionId: string; measuredAt: Date })[],
): DatasetProfileRow[] {
  return groupBy(points, ({ datasetVersionId }) => datasetVersionId)
    .map(([datasetVersionId, ofDataset]) => ({
      datasetVersionId,
      measuredAt: new Date(Math.max(...ofDataset.map(({ measuredAt }) => measuredAt.getTime()))),
      points: ofDataset.map(({ layer, depth, pictures, scores, batchNormShift }) => ({
        layer,
        depth,
        pictures,
        scores,
        batchNormShift,
      })),
    }))
    .sort((a, b) => b.measuredAt.getTime() - a.measuredAt.getTime());
}
