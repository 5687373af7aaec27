import type { Principal } from '../../zoo/access/principal.js';
import { cardBody } from '../../zoo/cards/front-matter.js';
import { findModel, loadAliases, loadModelCards } from '../../zoo/models/load-models.js';
import { listVersions, loadVersionDetails, loadVersionFiles } from '../../zoo/models/load-versions.js';
import type { ModelRow, ModelVersionDetails, ModelVersionRow } from '../../zoo/models/model-rows.js';
import { addressOfFile } from '../../zoo/models/version-paths.js';
import type { Zoo } from '../../zoo/zoo.js';
import { html, type Html } from '../html.js';
import { evaluationSection } from './evaluation-section.js';
import { formatBytes, formatCount, formatDate } from './format.js';
import { layout } from './layout.js';
import { lineageSection } from './lineage-section.js';
import { renderMarkdown } from './markdown.js';
import { reportsSection } from './reports-section.js';

/** A model with its newest version: card, evaluation, lineage, files. Undefined where the principal sees none. */
export async function modelPage(
  zoo: Zoo,
  principal: Principal,
  owner: string,
  name: string,
): Promise<Html | undefined> {
  const { database } = zoo;
  const model = await findModel(database, principal, owner, name);
  if (model === undefined) return undefined;
  const [card] = await loadModelCards(database, principal, [model.id]);
  const versions = (await listVersions(database, principal, model.id, { first: 20 })).edges.map(
    ({ node }) => node,
  );
  const aliases = await loadAliases(database, principal, [model.id]);
  const newest = versions[0];
  const details = newest && (await loadVersionDetails(database, principal, [newest.id]))[0];
  const body = card === undefined ? '' : cardBody(card.card);
  return layout(
    `${model.ownerName}/${model.name} · Model Zoo`,
    html`
      <section class="model-head">
        <h1><span class="owner">${model.ownerName}/</span>${model.name}</h1>
        <p class="tags">
          <span class="tag">${model.task}</span>
          ${model.license && html`<span class="tag license">${model.license}</span>`}
          ${model.tags.filter((tag) => tag !== model.task).map((tag) => html`<a class="tag" href="/?q=${encodeURIComponent(tag)}">${tag}</a>`)}
        </p>
        <pre><code>zoo pull ${model.ownerName}/${model.name}</code></pre>
      </section>
      ${newest && details ? versionFacts(newest, details) : html`<p class="empty">No version has been published yet.</p>`}
      ${details?.evaluation && evaluationSection(details.evaluation)}
      ${newest && (await reportsSection(zoo, principal, model, newest))}
      ${newest && (await lineageSection(zoo, principal, newest))}
      ${
        body.trim() !== '' &&
        html`<section>
          <h2>Card</h2>
          <div class="prose">${renderMarkdown(body)}</div>
        </section>`
      }
      ${newest && (await filesSection(zoo, principal, model, newest))}
      ${versions.length > 0 && versionsSection(model, versions, aliases)}
    `,
  );
}

function versionFacts(version: ModelVersionRow, { manifest }: ModelVersionDetails): Html {
  const { input, inputSizes, labels, cutPoints } = manifest;
  const sizes =
    inputSizes.kind === 'pinned'
      ? `exactly ${inputSizes.height} × ${inputSizes.width}`
      : `${inputSizes.minimumHeight} × ${inputSizes.minimumWidth} or larger`;
  const facts: [string, string][] = [
    ['Version', `${version.number}, ${formatDate(version.createdAt)}`],
    ['Format', version.format],
    ['Parameters', formatCount(version.parameterCount)],
    ['Size', formatBytes(version.sizeBytes)],
    [
      'Input',
      `${input.height} × ${input.width} × ${input.channels}, values ${input.range[0]} to ${input.range[1]}`,
    ],
    ['Accepts', sizes],
    [
      'Outputs',
      labels === null
        ? String(manifest.outputShape.at(-1))
        : `${labels.length} classes: ${shortened(labels)}`,
    ],
    [
      'Cut points',
      `${cutPoints.length}, of which ${cutPoints.filter((cut) => cut.blockBoundary).length} end a block`,
    ],
  ];
  return html`<dl class="facts-table">
    ${facts.map(
      ([term, value]) =>
        html`<div>
          <dt>${term}</dt>
          <dd>${value}</dd>
        </div>`,
    )}
  </dl>`;
}

function shortened(labels: string[]): string {
  return labels.length <= 12 ? labels.join(', ') : `${labels.slice(0, 12).join(', ')} …`;
}

async function filesSection(
  zoo: Zoo,
  principal: Principal,
  model: ModelRow,
  version: ModelVersionRow,
): Promise<Html> {
  const files = await loadVersionFiles(zoo.database, principal, [version.id]);
  return html`<section>
    <details>
      <summary>
        <h2>Files</h2>
        ${files.length}, ${formatBytes(version.sizeBytes)}
      </summary>
      <div class="scroll">
        <table>
          <thead>
            <tr>
              <th>Path</th>
              <th class="number">Size</th>
              <th>SHA-256</th>
            </tr>
          </thead>
          <tbody>
            ${files.map(
              (file) =>
                html`<tr>
                  <td>
                    <a href="${addressOfFile(model, version, file.path)}">${file.path}</a>
                  </td>
                  <td class="number">${formatBytes(file.sizeBytes)}</td>
                  <td><code>${file.sha256.slice(0, 12)}…</code></td>
                </tr>`,
            )}
          </tbody>
        </table>
      </div>
    </details>
  </section>`;
}

function versionsSection(
  model: ModelRow,
  versions: ModelVersionRow[],
  aliases: { name: string; versionId: string }[],
): Html {
  return html`<section>
    <h2>Versions</h2>
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th>Version</th>
            <th>Aliases</th>
            <th>Published</th>
            <th class="number">Parameters</th>
            <th class="number">Size</th>
            <th>Notes</th>
          </tr>
        </thead>
        <tbody>
          ${versions.map(
            (version) =>
              html`<tr>
                <td>${version.number}</td>
                <td>
                  ${version.number === model.latestNumber && html`<span class="tag">latest</span>`}
                  ${aliases.filter((alias) => alias.versionId === version.id).map((alias) => html`<span class="tag">${alias.name}</span>`)}
                </td>
                <td>${formatDate(version.createdAt)}</td>
                <td class="number">${formatCount(version.parameterCount)}</td>
                <td class="number">${formatBytes(version.sizeBytes)}</td>
                <td>${version.notes}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </section>`;
}
