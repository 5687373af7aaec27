import type { Principal } from '../access/principal.js';
import { ownedBy, visibleTo } from '../access/visible-to.js';
import type { Queryable } from '../pagination/fetch-page.js';
import { datasetColumns, datasetTables, type DatasetRow } from './dataset-rows.js';

/** Those of the data sets that the principal may see, in no particular order. */
export async function loadDatasets(
  database: Queryable,
  principal: Principal,
  ids: readonly string[],
): Promise<DatasetRow[]> {
  return (await database.query(
    `SELECT ${datasetColumns} FROM ${datasetTables} WHERE m.id = ANY($1::uuid[]) AND ${visibleTo(principal, 'm')}`,
    [ids],
  )) as DatasetRow[];
}

/** The data set `owner/name`, if there is one that the principal may see. */
export async function findDataset(
  database: Queryable,
  principal: Principal,
  owner: string,
  name: string,
): Promise<DatasetRow | undefined> {
  const rows = (await database.query(
    `SELECT ${datasetColumns} FROM ${datasetTables} WHERE o.name = $1 AND m.name = $2 AND ${visibleTo(principal, 'm')}`,
    [owner, name],
  )) as DatasetRow[];
  return rows[0];
}

/** A data set of one's own by id, whether deleted or not: what a mutation gives back. */
export async function loadOwnDataset(
  database: Queryable,
  principal: Principal,
  id: string,
): Promise<DatasetRow | undefined> {
  const rows = (await database.query(
    `SELECT ${datasetColumns} FROM ${datasetTables} WHERE m.id = $1 AND ${ownedBy(principal, 'm')}`,
    [id],
  )) as DatasetRow[];
  return rows[0];
}

export interface DatasetCard {
  id: string;
  card: string;
  cardData: Record<string, unknown>;
}

export async function loadDatasetCards(
  database: Queryable,
  principal: Principal,
  ids: readonly string[],
): Promise<DatasetCard[]> {
  return (await database.query(
    `SELECT m.id, m.card, m.card_data AS "cardData" FROM datasets m
      WHERE m.id = ANY($1::uuid[]) AND (${visibleTo(principal, 'm')} OR ${ownedBy(principal, 'm')})`,
    [ids],
  )) as DatasetCard[];
}
