import type { Principal } from '../access/principal.js';
import { visibleTo } from '../access/visible-to.js';
import { fetchPage, type Page, type PageRequest, type Queryable } from '../pagination/fetch-page.js';
import {
  versionColumns,
  versionTables,
  type ModelVersionDetails,
  type ModelVersionRow,
} from './model-rows.js';

/** Those of the versions that the principal may see, in no particular order. */
export async function loadVersions(
  database: Queryable,
  principal: Principal,
  ids: readonly string[],
): Promise<ModelVersionRow[]> {
  return (await database.query(
    `SELECT ${versionColumns} FROM ${versionTables} WHERE v.id = ANY($1::uuid[]) AND ${visibleTo(principal, 'm')}`,
    [ids],
  )) as ModelVersionRow[];
}

/** The newest version of each model that has one. */
export async function loadLatestVersions(
  database: Queryable,
  principal: Principal,
  modelIds: readonly string[],
): Promise<ModelVersionRow[]> {
  return (await database.query(
    `SELECT ${versionColumns} FROM ${versionTables}
      WHERE m.id = ANY($1::uuid[]) AND v.number = m.latest_number AND ${visibleTo(principal, 'm')}`,
    [modelIds],
  )) as ModelVersionRow[];
}

/**
 * One version of a model by what people call it.
 *
 * @param revision a number (`3`), an alias, or `latest`.
 */
export async function findVersion(
  database: Queryable,
  principal: Principal,
  modelId: string,
  revision: string,
): Promise<ModelVersionRow | undefined> {
  const [condition, parameters] = byRevision(revision);
  const rows = (await database.query(
    `SELECT ${versionColumns} FROM ${versionTables}
      WHERE m.id = $1 AND ${condition} AND ${visibleTo(principal, 'm')}`,
    [modelId, ...parameters],
  )) as ModelVersionRow[];
  return rows[0];
}

function byRevision(revision: string): [condition: string, parameters: unknown[]] {
  if (revision === 'latest') return ['v.number = m.latest_number', []];
  if (/^\d{1,9}$/.test(revision)) return ['v.number = $2', [Number(revision)]];
  return ['v.id = (SELECT a.version_id FROM aliases a WHERE a.model_id = m.id AND a.name = $2)', [revision]];
}

/** The versions of a model, newest first. */
export async function listVersions(
  database: Queryable,
  principal: Principal,
  modelId: string,
  request: PageRequest,
): Promise<Page<ModelVersionRow>> {
  return fetchPage<ModelVersionRow>(
    database,
    {
      select: versionColumns,
      from: versionTables,
      where: ['v.model_id = $1', visibleTo(principal, 'm')],
      parameters: [modelId],
      ordering: { name: 'number', direction: 'DESC', keys: [{ expression: 'v.number', type: 'int' }] },
    },
    request,
  );
}

export async function loadVersionDetails(
  database: Queryable,
  principal: Principal,
  ids: readonly string[],
): Promise<ModelVersionDetails[]> {
  return (await database.query(
    `SELECT v.id, v.manifest, v.evaluation FROM ${versionTables}
      WHERE v.id = ANY($1::uuid[]) AND ${visibleTo(principal, 'm')}`,
    [ids],
  )) as ModelVersionDetails[];
}

export interface VersionFileRow {
  versionId: string;
  path: string;
  sha256: string;
  sizeBytes: number;
}

export async function loadVersionFiles(
  database: Queryable,
  principal: Principal,
  versionIds: readonly string[],
): Promise<VersionFileRow[]> {
  return (await database.query(
    `SELECT f.version_id AS "versionId", f.path, f.sha256, f.size_bytes::double precision AS "sizeBytes"
       FROM version_files f JOIN model_versions v ON v.id = f.version_id JOIN models m ON m.id = v.model_id
      WHERE f.version_id = ANY($1::uuid[]) AND ${visibleTo(principal, 'm')} ORDER BY f.path`,
    [versionIds],
  )) as VersionFileRow[];
}

export interface MetricRow {
  versionId: string;
  name: string;
  value: number;
}

export async function loadMetrics(
  database: Queryable,
  principal: Principal,
  versionIds: readonly string[],
): Promise<MetricRow[]> {
  return (await database.query(
    `SELECT x.version_id AS "versionId", x.name, x.value
       FROM metrics x JOIN model_versions v ON v.id = x.version_id JOIN models m ON m.id = v.model_id
      WHERE x.version_id = ANY($1::uuid[]) AND ${visibleTo(principal, 'm')} ORDER BY x.name`,
    [versionIds],
  )) as MetricRow[];
}
