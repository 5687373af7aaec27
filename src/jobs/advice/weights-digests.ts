import { weightsDigest } from '../../zoo/models/weights-digest.js';
import type { Queryable } from '../../zoo/pagination/fetch-page.js';
import { groupBy } from './group-by.js';

/** The digest of each version's weights, by version; versions without any are left out. */
export async function weightsDigests(
  database: Queryable,
  versionIds: readonly string[],
): Promise<Map<string, string>> {
  const files = (await database.query(
    `SELECT version_id AS "versionId", path, sha256 FROM version_files WHERE version_id = ANY($1::uuid[])`,
    [versionIds],
  )) as { versionId: string; path: string; sha256: string }[];
  return new Map(
    groupBy(files, ({ versionId }) => versionId).flatMap(([id, of]) => {
      const digest = weightsDigest(of);
      return digest === undefined ? [] : [[id, digest]];
    }),
  );
}
