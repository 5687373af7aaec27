import { enoughProfilePictures } from '../../advisor/measure/profile-pictures.js';
import type { NetworkKnowledge } from '../../advisor/recommend/knowledge.js';
import type { AdvisedModel } from '../../advisor/recommend/recommend-input.js';
import type { ProbeElsewhere } from '../../advisor/recommend/worth-elsewhere.js';
import type { Principal } from '../../zoo/access/principal.js';
import { visibleTo } from '../../zoo/access/visible-to.js';
import type { Queryable } from '../../zoo/pagination/fetch-page.js';
import { groupBy } from './group-by.js';

/** Probes on so many times the pictures are no longer compared: more pictures alone make a probe better. */
const mostTimesPictures = 2;

/**
 * The best probe of each model on other data sets that the principal may see, where several were measured alike: from their
 * transfer profiles, and of those whose weights the advisor's study measured from that.
 */
export async function probesElsewhere(
  database: Queryable,
  principal: Principal,
  models: readonly Pick<AdvisedModel, 'versionId' | 'weightsDigest'>[],
  { datasetVersionId, studied }: { datasetVersionId: string } & Pick<NetworkKnowledge, 'studied'>,
): Promise<ProbeElsewhere[]> {
  const versionIds = models.map(({ versionId }) => versionId);
  const profiles = await profiledProbes(database, principal, versionIds, datasetVersionId);
  const ofProfiles = groupBy(profiles, ({ datasetId }) => datasetId).flatMap(([, points]) =>
    comparable(points),
  );
  const ofStudy = models.flatMap(({ versionId, weightsDigest }) =>
    Object.entries((weightsDigest === undefined ? undefined : studied[weightsDigest])?.probes ?? {}).map(
      ([name, [accuracy, pictures]]) => ({
        versionId,
        dataset: `study/${name}`,
        accuracy,
        pictures,
      }),
    ),
  );
  return [...ofProfiles.map(({ datasetId: _, number: __, ...probe }) => probe), ...ofStudy];
}

/** `dataset` is the data set's version. */
interface ProfiledProbe extends ProbeElsewhere {
  datasetId: string;
  /** Of its version. */
  number: number;
}

/**
 * Of profiles that are whole: a version shares the points of layers that it has in common with others, and on its early layers
 * alone it would look worse than it is. Points on few pictures are left out likewise, and data sets that it or what it came
 * from was trained on: their pictures tell nothing of others.
 */
async function profiledProbes(
  database: Queryable,
  principal: Principal,
  versionIds: readonly string[],
  datasetVersionId: string,
): Promise<ProfiledProbe[]> {
  return (await database.query(
    `WITH RECURSIVE ancestry AS (
       SELECT id AS version_id, id AS ancestor_id FROM unnest($1::uuid[]) AS id
       UNION
       SELECT a.version_id, e.parent_version_id
         FROM ancestry a JOIN lineage_edges e ON e.child_version_id = a.ancestor_id
     ), trained_on AS (
       SELECT DISTINCT a.version_id, v.dataset_id
         FROM ancestry a JOIN lineage_edges e ON e.child_version_id = a.ancestor_id
         JOIN dataset_versions v ON v.id = e.dataset_version_id
     )
     SELECT c.version_id AS "versionId", d.id AS "datasetId", v.number, v.id AS dataset, min(p.pictures) AS pictures,
            max((p.scores -> 'probe' ->> 'accuracy')::double precision) AS accuracy
       FROM transfer_profile_cuts c JOIN transfer_profiles p ON p.feature_key = c.feature_key
       JOIN dataset_versions v ON v.id = p.dataset_version_id JOIN datasets d ON d.id = v.dataset_id
      WHERE c.version_id = ANY($1::uuid[]) AND c.is_candidate AND p.scores -> 'probe' ->> 'accuracy' IS NOT NULL
        AND (p.pictures >= $3 OR p.pictures >= (v.manifest #>> '{splits,train,imageCount}')::integer)
        AND d.id <> (SELECT dataset_id FROM dataset_versions WHERE id = $2)
        AND (c.version_id, d.id) NOT IN (SELECT version_id, dataset_id FROM trained_on) AND ${visibleTo(principal, 'd')}
      GROUP BY c.version_id, d.id, v.id
     HAVING count(*) = (SELECT count(*) FROM transfer_profile_cuts whole
                         WHERE whole.version_id = c.version_id AND whole.is_candidate)
      ORDER BY d.id, v.number DESC, c.version_id`,
    [versionIds, datasetVersionId, enoughProfilePictures],
  )) as ProfiledProbe[];
}

/** Of the newest version of a data set on which several models were measured on about as many pictures, most of those. */
function comparable(points: readonly ProfiledProbe[]): ProfiledProbe[] {
  for (const [, ofVersion] of groupBy(points, ({ dataset }) => dataset)) {
    const alike = ofVersion
      .map(({ pictures: least }) =>
        ofVersion.filter(({ pictures }) => pictures >= least && pictures <= mostTimesPictures * least),
      )
      .reduce((most, next) => (next.length > most.length ? next : most));
    if (alike.length > 1) return alike;
  }
  return [];
}
