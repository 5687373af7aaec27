import type { Principal } from '../../zoo/access/principal.js';
import { listModels } from '../../zoo/models/list-models.js';
import { loadLatestVersions, loadMetrics, type MetricRow } from '../../zoo/models/load-versions.js';
import type { ModelRow, ModelVersionRow } from '../../zoo/models/model-rows.js';
import type { Page } from '../../zoo/pagination/fetch-page.js';
import type { Zoo } from '../../zoo/zoo.js';
import { html, type Html } from '../html.js';
import { formatCount, formatDate, formatPercent } from './format.js';
import { layout } from './layout.js';

export interface HomeQuery {
  /** Where this server was asked, for commands to copy: `http://127.0.0.1:4000`. */
  origin: string;
  search: string;
  after: string | undefined;
}

/** `/`: what this is, the models one may see, and where everything else is. */
export async function homePage(
  zoo: Zoo,
  principal: Principal,
  { origin, search, after }: HomeQuery,
): Promise<Html> {
  const page = await listModels(zoo.database, principal, { first: 24, after, filter: { search } });
  const models = page.edges.map((edge) => edge.node);
  const versions = await loadLatestVersions(
    zoo.database,
    principal,
    models.map((model) => model.id),
  );
  const metrics = await loadMetrics(
    zoo.database,
    principal,
    versions.map((version) => version.id),
  );
  return layout(
    search === '' ? 'Model Zoo' : `${search} · Model Zoo`,
    html`
      <section class="hero">
        <h1>Pretrained models, ready to adapt</h1>
        <p>
          Pick a network somebody has trained, fit it to your own pictures with one mutation, and find the
          result here: versioned, measured on pictures it never saw, and traceable to where it came from.
        </p>
        <form class="search" action="/" method="get" role="search">
          <input
            type="search"
            name="q"
            value="${search}"
            maxlength="200"
            placeholder="Search names, tags and cards"
            aria-label="Search models"
          />
          <button>Search</button>
        </form>
      </section>
      ${models.length === 0 ? emptyState(search) : modelGrid(models, versions, metrics)}
      ${pageLinks(page, search, after)} ${waysIn(origin)}
    `,
  );
}

function modelGrid(models: ModelRow[], versions: ModelVersionRow[], metrics: MetricRow[]): Html {
  const versionOf = new Map(versions.map((version) => [version.modelId, version]));
  const accuracyOf = new Map(
    metrics.filter((metric) => metric.name === 'accuracy').map((metric) => [metric.versionId, metric.value]),
  );
  return html`<ul class="grid">
    ${models.map((model) => {
      const version = versionOf.get(model.id);
      return modelCard(model, version, version && accuracyOf.get(version.id));
    })}
  </ul>`;
}

function modelCard(
  model: ModelRow,
  version: ModelVersionRow | undefined,
  accuracy: number | undefined,
): Html {
  return html`<li class="card">
    <h2>
      <a href="/models/${model.ownerName}/${model.name}"
        ><span class="owner">${model.ownerName}/</span>${model.name}</a
      >
      ${model.visibility === 'PRIVATE' && html`<span class="badge">private</span>`}
    </h2>
    <p class="facts">
      <span>${model.task}</span>
      ${version && html`<span>v${version.number}</span><span>${formatCount(version.parameterCount)} parameters</span>`}
      ${accuracy !== undefined && html`<span class="accuracy">accuracy ${formatPercent(accuracy)}</span>`}
    </p>
    <p class="tags">
      ${model.license && html`<span class="tag license">${model.license}</span>`}
      ${model.tags.slice(0, 5).map((tag) => html`<a class="tag" href="/?q=${encodeURIComponent(tag)}">${tag}</a>`)}
    </p>
    <p class="when">updated ${formatDate(model.updatedAt)}</p>
  </li>`;
}

function emptyState(search: string): Html {
  if (search !== '') {
    return html`<section class="empty">
      <h2>Nothing found for “${search}”</h2>
      <p>
        Try fewer or shorter words, or <a href="/">look at all models</a>. Private models are shown to their
        owners only.
      </p>
    </section>`;
  }
  return html`<section class="empty">
    <h2>No public models yet</h2>
    <p>Fill the zoo from a terminal:</p>
    <pre><code>zoo import-starters                   <span># real pretrained networks to build on</span>
zoo push FOLDER owner/name --public   <span># a tfjs-layers model of your own</span></code></pre>
    <p>
      With no token at hand, <code>zoo demo</code> shows the whole road in a minute, in a zoo of its own.
      Private models do not show here; see them in <a href="/graphql">GraphiQL</a> or with
      <code>zoo search</code> and your token.
    </p>
  </section>`;
}

function pageLinks(page: Page<ModelRow>, search: string, after: string | undefined): Html | undefined {
  const last = page.edges.at(-1);
  if (after === undefined && !page.hasNextPage) return undefined;
  const link = (cursor?: string) => {
    const query = new URLSearchParams({
      ...(search !== '' && { q: search }),
      ...(cursor !== undefined && { after: cursor }),
    }).toString();
    return query === '' ? '/' : `/?${query}`;
  };
  return html`<nav class="pages" aria-label="Pages">
    ${after !== undefined && html`<a href="${link()}">← First page</a>`}
    ${page.hasNextPage && last && html`<a href="${link(last.cursor)}" rel="next">Next page →</a>`}
  </nav>`;
}

function waysIn(origin: string): Html {
  return html`<section class="ways">
    <article>
      <h2>GraphQL</h2>
      <p>
        Everything the zoo can do, with its reference beside it and operations to try:
        <a href="/graphql">open GraphiQL</a>. Programs read the <a href="/schema.graphql">schema</a>.
      </p>
      <pre><code>curl ${origin}/graphql \\
  -H 'content-type: application/json' \\
  -d '{"query":"{ models(first: 5) { nodes { name } } }"}'</code></pre>
    </article>
    <article>
      <h2>Command line</h2>
      <p><code>zoo --help</code> lists all commands; <code>docs/</code> in the package explains them.</p>
      <pre><code>zoo search mobilenet
zoo pull owner/name
zoo fine-tune --base owner/base --dataset owner/data \\
  --name owner/result</code></pre>
    </article>
  </section>`;
}
