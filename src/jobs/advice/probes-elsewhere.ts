import { enoughProfilePictures } from '../../advisor/measure/profile-pictures.js';
import type { NetworkKnowledge } from '../../advisor/recommend/knowledge.js';
import type { ProbeElsewhere } from '../../advisor/recommend/worth-elsewhere.js';
import type { Principal } from '../../zoo/access/principal.js';
import { visibleTo } from '../../zoo/access/visible-to.js';
import { weightsDigest } from '../../zoo/models/insert-model-version.js';
import type { Queryable } from '../../zoo/pagination/fetch-page.js';

/**
 * The best probe of each version on every other data set that the principal may see and that its transfer profile knows, and
 * on those of the advisor's study where that measured the same weights. Points on few pictures are left out: beside others on
 * many they look worse than they are. Of a data set's versions the newest counts.
 */
export async function probesElsewhere(
  database: Queryable,
  principal: Principal,
  versionIds: readonly string[],
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
    [versionIds, datasetVersionId, enoughProfilePictures],
  )) as ProbeElsewhere[];
  const files = (await database.query(
    `SELECT version_id AS "versionId", path, sha256 FROM version_files WHERE version_id = ANY($1::uuid[])`,
    [versionIds],
  )) as { versionId: string; path: string; sha256: string }[];
  const study = versionIds.flatMap((versionId) => {
    const digest = weightsDigest(files.filter((file) => file.versionId === versionId));
    const probes = Object.entries(studied[digest]?.probes ?? {});
    return probes.map(([name, [accuracy, pictures]]) => ({
      versionId,
      dataset: `study/${name}`,
      accuracy,
      pictures,
    }));
  });
  return [...profiles, ...study];
}
