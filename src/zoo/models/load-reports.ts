import type { TableCell, VersionReport } from '../../learning/reports/version-report.js';
import type { Principal } from '../access/principal.js';
import { visibleTo } from '../access/visible-to.js';
import type { Queryable } from '../pagination/fetch-page.js';

/** A report as lists show it; the rows of tables are loaded apart, since they can be long. */
export interface ReportRow {
  versionId: string;
  name: string;
  kind: VersionReport['kind'];
  title: string;
  /** Of a picture. */
  alt: string | null;
  /** Of a table. */
  columns: string[] | null;
}

const tables = `version_reports r JOIN model_versions v ON v.id = r.version_id JOIN models m ON m.id = v.model_id`;

/** What the strategies that made these versions show with them, by name. */
export async function loadReports(
  database: Queryable,
  principal: Principal,
  versionIds: readonly string[],
): Promise<ReportRow[]> {
  return (await database.query(
    `SELECT r.version_id AS "versionId", r.name, r.kind, r.title, r.alt, r.columns FROM ${tables}
      WHERE r.version_id = ANY($1::uuid[]) AND ${visibleTo(principal, 'm')} ORDER BY r.name`,
    [versionIds],
  )) as ReportRow[];
}

/** The rows of a version's tables. */
export async function loadReportTables(
  database: Queryable,
  principal: Principal,
  versionIds: readonly string[],
): Promise<{ versionId: string; name: string; rows: TableCell[][] }[]> {
  return (await database.query(
    `SELECT r.version_id AS "versionId", r.name, r.rows FROM ${tables}
      WHERE r.version_id = ANY($1::uuid[]) AND r.kind = 'table' AND ${visibleTo(principal, 'm')}`,
    [versionIds],
  )) as { versionId: string; name: string; rows: TableCell[][] }[];
}
