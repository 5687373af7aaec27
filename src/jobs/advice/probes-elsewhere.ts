import { enoughProfilePictures } from '../../advisor/measure/profile-pictures.js';
import type { NetworkKnowledge } from '../../advisor/recommend/knowledge.js';
import type { AdvisedModel } from '../../advisor/recommend/recommend-input.js';
import type { ProbeElsewhere } from '../../advisor/recommend/worth-elsewhere.js';
import type { Principal } from '../../zoo/access/principal.js';
import { visibleTo } from '../../zoo/access/visible-to.js';
import type { Queryable } from '../../zoo/pagination/fetch-page.js';

/**
 * The best probe of each model on every other data set that the principal may see and that its transfer profile knows, and
 * on those of the advisor's study where that measured the same weights. Points on few pictures are left out: beside others on
 * many they look worse than they are. Of a data set's versions the newest counts.
 */
export async function probesElsewhere(
  database: Queryable,
  principal: Principal,
  models: readonly Pick<AdvisedModel, 'versionId' | 'weightsDigest'>[],
  { datasetVersionId, studied }: { datasetVersionId: string } & Pick<NetworkKnowledge, 'studied'>,
): Promise<ProbeElsewhere[]> {
  const profiles = (await database.query(
    `SELECT DISTINCT ON (c.version_id, d.id) c.version_id AS "versionId", d.id AS dataset, p.pictures,
            (p.scores -> 'probe' ->> 'accuracy')::double precision AS accuracy
       FROM transfer_profile_cuts c JOIN transfer_profiles p ON p.feature_key = c.feature_key
       JOIN dataset_versions v ON v.id = p.dataset_version_id JOIN datasets d ON d.id = v.dataset_id
      WHERE c.version_id = ANY($1::uuid[]) AND p.scores -> 'probe' ->> 'accuracy' IS NOT NULL
        AND d.id <> (SELECT dataset_id FROM dataset_versions WHERE id = $2)
        AND p.pictures >= least($3, (v.manifest #>> '{splits,train,imageCount}')::integer) AND ${visibleTo(principal, 'd')}
      ORDER BY c.version_id, d.id, v.number DESC, accuracy DESC`,
    [models.map(({ versionId }) => versionId), datasetVersionId, enoughProfilePictures],
  )) as ProbeElsewhere[];
  const study = models.flatMap(({ versionId, weightsDigest = '' }) =>
    Object.entries(studied[weightsDigest]?.probes ?? {}).map(([name, [accuracy, pictures]]) => ({
      versionId,
      dataset: `study/${name}`,
      accuracy,
      pictures,
    })),
  );
  return [...profiles, ...study];
}
