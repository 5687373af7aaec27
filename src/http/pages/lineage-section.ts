import type { Principal } from '../../zoo/access/principal.js';
import { isInstalled } from '../../jobs/strategies/is-installed.js';
import { strategyCatalogue } from '../../jobs/strategies/strategy-catalogue.js';
import { loadDatasets } from '../../zoo/datasets/load-datasets.js';
import { loadDatasetVersions } from '../../zoo/datasets/load-dataset-versions.js';
import { listChildEdges, loadParentEdges, type LineageRow } from '../../zoo/models/lineage.js';
import { loadModels } from '../../zoo/models/load-models.js';
import { loadVersions } from '../../zoo/models/load-versions.js';
import type { ModelVersionRow } from '../../zoo/models/model-rows.js';
import type { Zoo } from '../../zoo/zoo.js';
import { html, type Html } from '../html.js';

/** Where a version came from and what came of it, as far as the principal sees both ends. Undefined where that is nothing. */
export async function lineageSection(
  zoo: Zoo,
  principal: Principal,
  version: ModelVersionRow,
): Promise<Html | undefined> {
  const parents = await loadParentEdges(zoo.database, principal, [version.id]);
  const children = (await listChildEdges(zoo.database, principal, version.id, { first: 20 })).edges.map(
    ({ node }) => node,
  );
  if (parents.length + children.length === 0) return undefined;
  const link = await versionLinks(zoo, principal, [
    ...parents.map((edge) => edge.parentVersionId),
    ...children.map((edge) => edge.childVersionId),
  ]);
  const how = await circumstances(zoo, principal, [...parents, ...children]);
  return html`<section>
    <h2>Lineage</h2>
    <ul class="lineage">
      ${parents.map((edge) => html`<li>${edge.relation} of ${link(edge.parentVersionId)}${how(edge)}</li>`)}
      ${children.map((edge) => html`<li>base of ${link(edge.childVersionId)}${how(edge)}</li>`)}
    </ul>
  </section>`;
}

async function versionLinks(
  { database }: Zoo,
  principal: Principal,
  versionIds: string[],
): Promise<(versionId: string) => Html> {
  const versions = await loadVersions(database, principal, versionIds);
  const models = await loadModels(database, principal, unique(versions.map(({ modelId }) => modelId)));
  return (versionId) => {
    const version = versions.find(({ id }) => id === versionId);
    const model = models.find(({ id }) => id === version?.modelId);
    if (version === undefined || model === undefined) return html`a version that is gone`;
    return html`<a href="/models/${model.ownerName}/${model.name}">${model.ownerName}/${model.name}</a>
      v${version.number}`;
  };
}

/** On which pictures and by which strategy a step was taken: `on demo/clothing-mini v1 by feature-extraction-svm 1.0.0`. */
async function circumstances(
  zoo: Zoo,
  principal: Principal,
  edges: LineageRow[],
): Promise<(edge: LineageRow) => Html> {
  const { database } = zoo;
  const catalogue = await strategyCatalogue(zoo);
  const versionIds = unique(edges.flatMap(({ datasetVersionId }) => datasetVersionId ?? []));
  const versions = await loadDatasetVersions(database, principal, versionIds);
  const datasets = await loadDatasets(
    database,
    principal,
    unique(versions.map(({ datasetId }) => datasetId)),
  );
  return (edge) => {
    const { datasetVersionId, strategy, strategyVersion } = edge;
    const version = versions.find(({ id }) => id === datasetVersionId);
    const dataset = datasets.find(({ id }) => id === version?.datasetId);
    const on = version && dataset && html` on ${dataset.ownerName}/${dataset.name} v${version.number}`;
    const gone = isInstalled(edge, catalogue) ? '' : ' (not installed any more)';
    return html`${on}${strategy && html` by <code>${strategy}</code> ${strategyVersion ?? ''}${gone}`}`;
  };
}

function unique(ids: string[]): string[] {
  return [...new Set(ids)];
}
