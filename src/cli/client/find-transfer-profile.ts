import type { Connection } from './connection.js';
import { graphqlRequest } from './graphql-request.js';

/** What the layers of a version are worth on one data set, input to output. */
export interface DatasetTransferProfile {
  datasetVersion: { number: number; dataset: { owner: { name: string }; name: string } } | null;
  points: {
    layer: string;
    depth: number;
    pictures: number;
    scores: { probe: { accuracy: number } | null };
  }[];
}

/** The transfer profile of a model version on data sets that can be seen, the newest measured first; empty before any was. */
export async function findTransferProfile(
  connection: Connection,
  versionId: string,
  first: number,
): Promise<DatasetTransferProfile[]> {
  const { node } = await graphqlRequest<{
    node: { transferProfile: { datasets: DatasetTransferProfile[] } | null } | null;
  }>(
    connection,
    `query TransferProfile($id: ID!, $first: Int!) {
      node(id: $id) {
        ... on ModelVersion {
          transferProfile {
            datasets(first: $first) {
              datasetVersion { number dataset { owner { name } name } }
              points { layer depth pictures scores { probe { accuracy } } }
            }
          }
        }
      }
    }`,
    { id: versionId, first },
  );
  return node?.transferProfile?.datasets ?? [];
}
