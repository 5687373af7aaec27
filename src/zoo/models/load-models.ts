import type { Principal } from '../access/principal.js';
import { ownedBy, visibleTo } from '../access/visible-to.js';
import type { Queryable } from '../pagination/fetch-page.js';
import { modelColumns, modelTables, type ModelRow } from './model-rows.js';

/** Those of the models that the principal may see, in no particular order. */
export async function loadModels(
  database: Queryable,
  principal: Principal,
  ids: readonly string[],
): Promise<ModelRow[]> {
  return (await database.query(
    `SELECT ${modelColumns} FROM ${modelTables} WHERE m.id = ANY($1::uuid[]) AND ${visibleTo(principal, 'm')}`,
    [ids],
  )) as ModelRow[];
}

/** The model `owner/name`, if there is one that the principal may see. */
export async function findModel(
  database: Queryable,
  principal: Principal,
  owner: string,
  name: string,
): Promise<ModelRow | undefined> {
  const rows = (await database.query(
    `SELECT ${modelColumns} FROM ${modelTables} WHERE o.name = $1 AND m.name = $2 AND ${visibleTo(principal, 'm')}`,
    [owner, name],
  )) as ModelRow[];
  return rows[0];
}

/** A model of one's own by id, whether deleted or not: what a mutation gives back. */
export async function loadOwnModel(
  database: Queryable,
  principal: Principal,
  id: string,
): Promise<ModelRow | undefined> {
  const rows = (await database.query(
    `SELECT ${modelColumns} FROM ${modelTables} WHERE m.id = $1 AND ${ownedBy(principal, 'm')}`,
    [id],
  )) as ModelRow[];
  return rows[0];
}

export interface ModelCard {
  id: string;
  card: string;
  cardData: Record<string, unknown>;
}

export async function loadModelCards(
  database: Queryable,
  principal: Principal,
  ids: readonly string[],
): Promise<ModelCard[]> {
  return (await database.query(
    `SELECT m.id, m.card, m.card_data AS "cardData" FROM models m
      WHERE m.id = ANY($1::uuid[]) AND (${visibleTo(principal, 'm')} OR ${ownedBy(principal, 'm')})`,
    [ids],
  )) as ModelCard[];
}

export interface AliasRow {
  modelId: string;
  name: string;
  versionId: string;
  updatedAt: Date;
}

export async function loadAliases(
  database: Queryable,
  principal: Principal,
  modelIds: readonly string[],
): Promise<AliasRow[]> {
  return (await database.query(
    `SELECT a.model_id AS "modelId", a.name, a.version_id AS "versionId", a.updated_at AS "updatedAt"
       FROM aliases a JOIN models m ON m.id = a.model_id
      WHERE a.model_id = ANY($1::uuid[]) AND ${visibleTo(principal, 'm')} ORDER BY a.name`,
    [modelIds],
  )) as AliasRow[];
}
