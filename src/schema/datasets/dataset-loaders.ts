import {
  findDatasetVersion,
  loadDatasetFiles,
  loadDatasetManifests,
  loadDatasetVersions,
  loadLatestDatasetVersions,
} from '../../zoo/datasets/load-dataset-versions.js';
import { loadDatasetCards, loadDatasets } from '../../zoo/datasets/load-datasets.js';
import { defineLoader, groupedBy, inOrderOf } from '../loader.js';

export const datasetById = defineLoader(async ({ zoo, principal }, ids: readonly string[]) =>
  inOrderOf(ids, await loadDatasets(zoo.database, principal, ids), (dataset) => dataset.id),
);

export const datasetCardById = defineLoader(async ({ zoo, principal }, ids: readonly string[]) =>
  inOrderOf(ids, await loadDatasetCards(zoo.database, principal, ids), (card) => card.id),
);

export const datasetVersionById = defineLoader(async ({ zoo, principal }, ids: readonly string[]) =>
  inOrderOf(ids, await loadDatasetVersions(zoo.database, principal, ids), (version) => version.id),
);

export const latestVersionByDataset = defineLoader(async ({ zoo, principal }, ids: readonly string[]) =>
  inOrderOf(
    ids,
    await loadLatestDatasetVersions(zoo.database, principal, ids),
    (version) => version.datasetId,
  ),
);

export const datasetVersionByRevision = defineLoader(
  ({ zoo, principal }, keys: readonly { datasetId: string; revision: string }[]) =>
    Promise.all(
      keys.map(
        async ({ datasetId, revision }) =>
          (await findDatasetVersion(zoo.database, principal, datasetId, revision)) ?? null,
      ),
    ),
  ({ datasetId, revision }) => `${datasetId} ${revision}`,
);

export const datasetManifestById = defineLoader(async ({ zoo, principal }, ids: readonly string[]) =>
  inOrderOf(ids, await loadDatasetManifests(zoo.database, principal, ids), (version) => version.id),
);

export const filesByDatasetVersion = defineLoader(async ({ zoo, principal }, ids: readonly string[]) =>
  groupedBy(ids, await loadDatasetFiles(zoo.database, principal, ids), (file) => file.versionId),
);
