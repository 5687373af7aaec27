import type { Principal } from '../access/principal.js';
import { visibleTo } from '../access/visible-to.js';
import { fetchPage, type Page, type PageRequest, type Queryable } from '../pagination/fetch-page.js';
import {
  datasetVersionColumns,
  datasetVersionTables,
  type DatasetVersionManifest,
  type DatasetVersionRow,
} from './dataset-rows.js';

/** Those of the versions that the principal may see, in no particular order. */
export async function loadDatasetVersions(
  database: Queryable,
  principal: Principal,
  ids: readonly string[],
): Promise<DatasetVersionRow[]> {
  return (await database.query(
    `SELECT ${datasetVersionColumns} FROM ${datasetVersionTables}
      WHERE v.id = ANY($1::uuid[]) AND ${visibleTo(principal, 'm')}`,
    [ids],
  )) as DatasetVersionRow[];
}

/** The newest version of each data set that has one. */
export async function loadLatestDatasetVersions(
  database: Queryable,
  principal: Principal,
  datasetIds: readonly string[],
): Promise<DatasetVersionRow[]> {
  return (await database.query(
    `SELECT ${datasetVersionColumns} FROM ${datasetVersionTables}
      WHERE m.id = ANY($1::uuid[]) AND v.number = m.latest_number AND ${visibleTo(principal, 'm')}`,
    [datasetIds],
  )) as DatasetVersionRow[];
}

/**
 * One version of a data set by what people call it.
 *
 * @param revision a number (`3`) or `latest`.
 */
export async function findDatasetVersion(
  database: Queryable,
  principal: Principal,
  datasetId: string,
  revision: string,
): Promise<DatasetVersionRow | undefined> {
  if (revision !== 'latest' && !/^\d{1,9}$/.test(revision)) return undefined;
  const rows = (await database.query(
    `SELECT ${datasetVersionColumns} FROM ${datasetVersionTables}
      WHERE m.id = $1 AND v.number = coalesce($2::int, m.latest_number) AND ${visibleTo(principal, 'm')}`,
    [datasetId, revision === 'latest' ? null : Number(revision)],
  )) as DatasetVersionRow[];
  return rows[0];
}

/** The versions of a data set, newest first. */
export async function listDatasetVersions(
  database: Queryable,
  principal: Principal,
  datasetId: string,
  request: PageRequest,
): Promise<Page<DatasetVersionRow>> {
  return fetchPage<DatasetVersionRow>(
    database,
    {
      select: datasetVersionColumns,
      from: datasetVersionTables,
      where: ['v.dataset_id = $1', visibleTo(principal, 'm')],
      parameters: [datasetId],
      ordering: { name: 'number', direction: 'DESC', keys: [{ expression: 'v.number', type: 'int' }] },
    },
    request,
  );
}

export async function loadDatasetManifests(
  database: Queryable,
  principal: Principal,
  versionIds: readonly string[],
): Promise<DatasetVersionManifest[]> {
  return (await database.query(
    `SELECT v.id, v.manifest FROM ${datasetVersionTables}
      WHERE v.id = ANY($1::uuid[]) AND ${visibleTo(principal, 'm')}`,
    [versionIds],
  )) as DatasetVersionManifest[];
}

export interface DatasetFileRow {
  versionId: string;
  path: string;
  sha256: string;
  sizeBytes: number;
}

export async function loadDatasetFiles(
  database: Queryable,
  principal: Principal,
  versionIds: readonly string[],
): Promise<DatasetFileRow[]> {
  return (await database.query(
    `SELECT f.version_id AS "versionId", f.path, f.sha256, f.size_bytes::double precision AS "sizeBytes"
       FROM dataset_version_files f JOIN dataset_versions v ON v.id = f.version_id JOIN datasets m ON m.id = v.dataset_id
      WHERE f.version_id = ANY($1::uuid[]) AND ${visibleTo(principal, 'm')} ORDER BY f.path`,
    [versionIds],
  )) as DatasetFileRow[];
}
