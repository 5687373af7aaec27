import { pathOfReport, type TableCell } from '../../learning/reports/version-report.js';
import type { Principal } from '../../zoo/access/principal.js';
import { loadReports, loadReportTables } from '../../zoo/models/load-reports.js';
import type { ModelRow, ModelVersionRow } from '../../zoo/models/model-rows.js';
import { addressOfFile } from '../../zoo/models/version-paths.js';
import type { Zoo } from '../../zoo/zoo.js';
import { html, type Html } from '../html.js';

/** Rows of a table beyond these are in its file only. */
const maxRows = 200;

/** Tables and pictures of the strategy that made a version. Undefined where there are none. */
export async function reportsSection(
  { database }: Zoo,
  principal: Principal,
  model: ModelRow,
  version: ModelVersionRow,
): Promise<Html | undefined> {
  const reports = await loadReports(database, principal, [version.id]);
  if (reports.length === 0) return undefined;
  const tables = await loadReportTables(database, principal, [version.id]);
  return html`<section>
    <h2>Reports of the strategy</h2>
    ${reports.map((report) => {
      const address = addressOfFile(model, version, pathOfReport(report));
      const rows = tables.find(({ name }) => name === report.name)?.rows ?? [];
      return html`<details open class="report">
        <summary><h3>${report.title}</h3></summary>
        ${
          report.kind === 'picture'
            ? html`<img src="${address}" alt="${report.alt}" loading="lazy" />`
            : reportTable(report.columns ?? [], rows, address)
        }
      </details>`;
    })}
  </section>`;
}

function reportTable(columns: string[], rows: TableCell[][], address: string): Html {
  // Numbers stand in columns; a name above them stands where they do.
  const isNumeric = columns.map((_, at) => rows.some((row) => typeof row[at] === 'number'));
  const kind = (at: number): string => (isNumeric[at] === true ? 'number' : 'text');
  return html`<div class="scroll">
      <table>
        <thead>
          <tr>
            ${columns.map((name, at) => html`<th scope="col" class="${kind(at)}">${name}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${rows.slice(0, maxRows).map(
            (row) =>
              html`<tr>
                ${row.map((cell, at) => html`<td class="${kind(at)}">${formatCell(cell)}</td>`)}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    ${rows.length > maxRows && html`<p>The first ${maxRows} of ${rows.length} rows; <a href="${address}">all of them</a>.</p>`}`;
}

/** Numbers as precise as people read them; the file has all digits. */
function formatCell(cell: TableCell): string {
  if (cell === null) return '–';
  if (typeof cell === 'string' || Number.isInteger(cell)) return String(cell);
  return String(Math.abs(cell) >= 1e5 ? Math.round(cell) : Number(cell.toPrecision(5)));
}
