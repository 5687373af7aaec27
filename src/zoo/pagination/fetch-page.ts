import { invalidInput } from '../parse-input.js';
import { decodeCursor, encodeCursor, type KeyType } from './cursor.js';

/** What a client asks of a list: `first`/`after` to go forward, `last`/`before` to go back. */
export interface PageRequest {
  first?: number | null;
  after?: string | null;
  last?: number | null;
  before?: string | null;
}

export interface Page<Row> {
  edges: { cursor: string; node: Row }[];
  hasNextPage: boolean;
  hasPreviousPage: boolean;
  /** Counts only when called. */
  totalCount(): Promise<number>;
}

/** An order whose keys together are unique and never null, all in one direction. */
export interface Ordering {
  /** Stands in the cursor, so that a cursor of another order is refused. */
  name: string;
  direction: 'ASC' | 'DESC';
  /** SQL expressions over the tables of the query; the last makes it unique. */
  keys: { expression: string; type: KeyType }[];
}

export interface ListQuery {
  /** Optional `WITH …`, before the SELECT. */
  with?: string;
  select: string;
  from: string;
  /** Joined with AND; visibility is one of them. */
  where: string[];
  /** Values of `$1`, `$2` … in the texts above. */
  parameters: unknown[];
  ordering: Ordering;
}

/** Anything that runs SQL: a data source or the manager of a transaction. */
export interface Queryable {
  query(sql: string, parameters?: unknown[]): Promise<unknown>;
}

export const defaultPageSize = 20;
export const maxPageSize = 100;

/**
 * One page of a list by keyset: the cursor holds the last row's keys, so a page costs the same however deep it is, and
 * rows inserted meanwhile neither shift nor repeat others.
 *
 * @throws ZooError INPUT_INVALID for a page size or cursor that is not accepted.
 */
export async function fetchPage<Row extends object>(
  database: Queryable,
  query: ListQuery,
  request: PageRequest,
): Promise<Page<Row>> {
  const { size, backward, cursor, cursorField } = readRequest(request);
  const { ordering } = query;
  const parameters = [...query.parameters];
  const where = [...query.where];
  const ascending = (ordering.direction === 'ASC') !== backward;
  if (cursor !== undefined) {
    const values = decodeCursor(cursor, ordering, cursorField);
    const placeholders = values.map((value, index) => {
      parameters.push(value);
      return `$${parameters.length}::${ordering.keys[index]?.type}`;
    });
    const keys = ordering.keys.map((key) => key.expression);
    where.push(`(${keys.join(', ')}) ${ascending ? '>' : '<'} (${placeholders.join(', ')})`);
  }
  const direction = ascending ? 'ASC' : 'DESC';
  const rows = (await database.query(
    `${query.with ?? ''}
     SELECT ${query.select}, ${ordering.keys.map((key, index) => `(${key.expression})::text AS "cursor_${index}"`).join(', ')}
       FROM ${query.from}
      WHERE ${where.length === 0 ? 'TRUE' : where.join(' AND ')}
      ORDER BY ${ordering.keys.map((key) => `${key.expression} ${direction}`).join(', ')}
      LIMIT ${size + 1}`,
    parameters,
  )) as Row[];
  const more = rows.length > size;
  const shown = more ? rows.slice(0, size) : rows;
  if (backward) shown.reverse();
  return {
    edges: shown.map((node) => ({ cursor: encodeCursor(ordering, node), node })),
    hasNextPage: backward ? cursor !== undefined : more,
    hasPreviousPage: backward ? more : cursor !== undefined,
    totalCount: () => countRows(database, query),
  };
}

async function countRows(database: Queryable, query: ListQuery): Promise<number> {
  const rows = (await database.query(
    `${query.with ?? ''} SELECT count(*)::int AS count FROM ${query.from}
      WHERE ${query.where.length === 0 ? 'TRUE' : query.where.join(' AND ')}`,
    query.parameters,
  )) as { count: number }[];
  return rows[0]?.count ?? 0;
}

function readRequest({ first, after, last, before }: PageRequest) {
  const backward = (last ?? null) !== null || ((before ?? null) !== null && (first ?? null) === null);
  if (backward && ((first ?? null) !== null || (after ?? null) !== null)) {
    throw invalidInput([
      { path: 'first', message: 'give first/after to go forward or last/before to go back, not both' },
    ]);
  }
  if (!backward && (before ?? null) !== null) {
    throw invalidInput([{ path: 'before', message: 'goes with last, not with first' }]);
  }
  const size = (backward ? last : first) ?? defaultPageSize;
  if (!Number.isInteger(size) || size < 1 || size > maxPageSize) {
    const path = backward ? 'last' : 'first';
    throw invalidInput([{ path, message: `is ${size}; accepted: 1 to ${maxPageSize}` }]);
  }
  return {
    size,
    backward,
    cursor: (backward ? before : after) ?? undefined,
    cursorField: backward ? 'before' : 'after',
  };
}
