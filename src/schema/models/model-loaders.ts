import { loadAliases, loadModelCards, loadModels } from '../../zoo/models/load-models.js';
import {
  findVersion,
  loadLatestVersions,
  loadMetrics,
  loadVersionDetails,
  loadVersionFiles,
  loadVersions,
} from '../../zoo/models/load-versions.js';
import { loadReports, loadReportTables } from '../../zoo/models/load-reports.js';
import { isInstalled } from '../../jobs/strategies/is-installed.js';
import { strategyCatalogue } from '../../jobs/strategies/strategy-catalogue.js';
import { loadParentEdges, type LineageRow } from '../../zoo/models/lineage.js';
import { defineLoader, groupedBy, inOrderOf } from '../loader.js';

export const modelById = defineLoader(async ({ zoo, principal }, ids: readonly string[]) =>
  inOrderOf(ids, await loadModels(zoo.database, principal, ids), (model) => model.id),
);

export const modelCardById = defineLoader(async ({ zoo, principal }, ids: readonly string[]) =>
  inOrderOf(ids, await loadModelCards(zoo.database, principal, ids), (card) => card.id),
);

export const aliasesByModel = defineLoader(async ({ zoo, principal }, ids: readonly string[]) =>
  groupedBy(ids, await loadAliases(zoo.database, principal, ids), (alias) => alias.modelId),
);

export const versionById = defineLoader(async ({ zoo, principal }, ids: readonly string[]) =>
  inOrderOf(ids, await loadVersions(zoo.database, principal, ids), (version) => version.id),
);

export const latestVersionByModel = defineLoader(async ({ zoo, principal }, ids: readonly string[]) =>
  inOrderOf(ids, await loadLatestVersions(zoo.database, principal, ids), (version) => version.modelId),
);

export const versionByRevision = defineLoader(
  ({ zoo, principal }, keys: readonly { modelId: string; revision: string }[]) =>
    Promise.all(
      keys.map(
        async ({ modelId, revision }) =>
          (await findVersion(zoo.database, principal, modelId, revision)) ?? null,
      ),
    ),
  ({ modelId, revision }) => `${modelId} ${revision}`,
);

export const versionDetailsById = defineLoader(async ({ zoo, principal }, ids: readonly string[]) =>
  inOrderOf(ids, await loadVersionDetails(zoo.database, principal, ids), (details) => details.id),
);

export const filesByVersion = defineLoader(async ({ zoo, principal }, ids: readonly string[]) =>
  groupedBy(ids, await loadVersionFiles(zoo.database, principal, ids), (file) => file.versionId),
);

export const metricsByVersion = defineLoader(async ({ zoo, principal }, ids: readonly string[]) =>
  groupedBy(ids, await loadMetrics(zoo.database, principal, ids), (metric) => metric.versionId),
);

export const reportsByVersion = defineLoader(async ({ zoo, principal }, ids: readonly string[]) =>
  groupedBy(ids, await loadReports(zoo.database, principal, ids), (report) => report.versionId),
);

export const reportTablesByVersion = defineLoader(async ({ zoo, principal }, ids: readonly string[]) =>
  groupedBy(ids, await loadReportTables(zoo.database, principal, ids), (table) => table.versionId),
);

export const parentEdgesByVersion = defineLoader(async ({ zoo, principal }, ids: readonly string[]) =>
  groupedBy(ids, await loadParentEdges(zoo.database, principal, ids), (edge) => edge.childVersionId),
);

/** Whether the strategies of lineage steps are still there, by one look at server and workers. */
export const strategyIsInstalled = defineLoader(async ({ zoo }, edges: readonly LineageRow[]) => {
  const catalogue = await strategyCatalogue(zoo);
  return edges.map((edge) => isInstalled(edge, catalogue));
});
