import { weightsDigest } from '../../zoo/models/insert-model-version.js';
import type { Queryable } from '../../zoo/pagination/fetch-page.js';

/** The digest of each version's weights, by version. */
export async function weightsDigests(
  database: Queryable,
  versionIds: readonly string[],
): Promise<Map<string, string>> {
  const files = (await database.query(
    `SELECT version_id AS "versionId", path, sha256 FROM version_files WHERE version_id = ANY($1::uuid[])`,
    [versionIds],
  )) as { versionId: string; path: string; sha256: string }[];
  return new Map(
    versionIds.map((id) => [id, weightsDigest(files.filter(({ versionId }) => versionId === id))]),
  );
}
