import { ZooError } from '../../errors.js';
import type { Reference } from '../reference.js';
import type { Connection } from './connection.js';
import { graphqlRequest } from './graphql-request.js';

/** One version of a data set, as `zoo dataset show` prints it. */
export interface DatasetVersion {
  id: string;
  number: number;
  imageCount: number;
  sizeBytes: number;
  digest: string;
  createdAt: string;
  manifest: {
    classes: string[];
    splits: { split: string; imageCount: number; perClass: number[] }[];
    splitSource: string;
    rejected: { path: string; code: string; reason: string }[];
    rejectedCount: number;
    nearDuplicateCount: number;
  };
}

export interface DatasetDetails {
  id: string;
  owner: { name: string };
  name: string;
  task: string;
  license: string | null;
  tags: string[];
  visibility: 'PUBLIC' | 'PRIVATE';
  /** The newest advice of yours on it. */
  advice: { id: string; createdAt: string; summary: string } | null;
  versions: { totalCount: number };
  version: DatasetVersion | null;
}

const query = `query FindDataset($owner: String!, $name: String!, $revision: String!) {
  dataset(owner: $owner, name: $name) {
    id owner { name } name task license tags visibility
    advice { id createdAt summary }
    versions { totalCount }
    version(revision: $revision) {
      id number imageCount sizeBytes digest createdAt
      manifest {
        classes splits { split imageCount perClass } splitSource rejectedCount nearDuplicateCount
        rejected { path code reason }
      }
    }
  }
}`;

/** A data set with the version that the reference names, or undefined where there is no such data set. */
export async function findDataset(
  connection: Connection,
  reference: Reference,
): Promise<DatasetDetails | undefined> {
  const { owner, name, revision } = reference;
  const data = await graphqlRequest<{ dataset: DatasetDetails | null }>(connection, query, {
    owner,
    name,
    revision,
  });
  return data.dataset ?? undefined;
}

/** @throws ZooError NOT_FOUND for a data set or version that is not there or not visible. */
export async function requireDatasetVersion(
  connection: Connection,
  reference: Reference,
): Promise<{ dataset: DatasetDetails; version: DatasetVersion }> {
  const { owner, name, revision } = reference;
  const dataset = await findDataset(connection, reference);
  if (dataset === undefined) {
    throw new ZooError(
      'NOT_FOUND',
      `There is no data set ${owner}/${name} at ${connection.url}, or you may not see it.`,
    );
  }
  if (dataset.version === null) {
    const { totalCount } = dataset.versions;
    const known = totalCount === 0 ? 'it has no version yet' : `it has ${totalCount} versions`;
    throw new ZooError('NOT_FOUND', `The data set ${owner}/${name} has no version "${revision}"; ${known}.`);
  }
  return { dataset, version: dataset.version };
}
