import { ZooError } from '../../errors.js';
import type { Reference } from '../reference.js';
import type { Connection } from './connection.js';
import type { VersionFile } from './find-model.js';
import { graphqlRequest } from './graphql-request.js';

const query = `query DatasetFiles($owner: String!, $name: String!, $revision: String!) {
  dataset(owner: $owner, name: $name) {
    version(revision: $revision) { number files { path sha256 sizeBytes url } }
  }
}`;

/**
 * The files of a data-set version: index, report and the tars of its pictures.
 *
 * @throws ZooError NOT_FOUND
 */
export async function requireDatasetFiles(
  connection: Connection,
  { owner, name, revision }: Reference,
): Promise<{ label: string; files: VersionFile[] }> {
  const { dataset } = await graphqlRequest<{
    dataset: { version: { number: number; files: VersionFile[] } | null } | null;
  }>(connection, query, { owner, name, revision });
  if (dataset?.version) {
    return { label: `${owner}/${name}@${dataset.version.number}`, files: dataset.version.files };
  }
  throw new ZooError(
    'NOT_FOUND',
    `There is no data set ${owner}/${name} with a version "${revision}" at ${connection.url}, or you may not see it; nor is there a folder or file of that name.`,
  );
}
