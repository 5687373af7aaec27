import { z } from 'zod';
import type { Principal } from '../access/principal.js';
import { ownedBy, visibleTo } from '../access/visible-to.js';
import { commonOrderings } from '../pagination/common-orderings.js';
import {
  fetchPage,
  type ListQuery,
  type Ordering,
  type Page,
  type PageRequest,
  type Queryable,
} from '../pagination/fetch-page.js';
import { invalidInput, parseInput } from '../parse-input.js';
import { searchHits } from '../pagination/search-hits.js';
import { datasetColumns, datasetTables, type DatasetRow } from './dataset-rows.js';

const filterSchema = z.object({
  task: z.string().nullish(),
  /** All of them. */
  tags: z.array(z.string()).max(20, 'at most 20 tags').nullish(),
  /** Any of them. */
  licenses: z.array(z.string().toLowerCase()).max(20, 'at most 20 licences').nullish(),
  owner: z.string().nullish(),
  visibility: z.enum(['PUBLIC', 'PRIVATE']).nullish(),
  search: z.string().max(200, 'at most 200 characters').nullish(),
  /** Only one's own deleted data sets, to restore them. */
  deleted: z.boolean().nullish(),
});

export type DatasetFilter = z.input<typeof filterSchema>;
export type DatasetOrder = 'UPDATED' | 'CREATED' | 'NAME' | 'RELEVANCE';

export interface DatasetListing extends PageRequest {
  filter?: DatasetFilter | null;
  /** RELEVANCE where there is a search, otherwise UPDATED. */
  orderBy?: DatasetOrder | null;
  direction?: 'ASC' | 'DESC' | null;
}

/**
 * A page of the data sets the principal may see.
 *
 * @throws ZooError INPUT_INVALID
 */
export async function listDatasets(
  database: Queryable,
  principal: Principal,
  listing: DatasetListing,
): Promise<Page<DatasetRow>> {
  const { filter } = parseInput(z.object({ filter: filterSchema }), { filter: listing.filter ?? {} });
  const search = filter.search?.trim() ?? '';
  const order = listing.orderBy ?? (search === '' ? 'UPDATED' : 'RELEVANCE');
  if (order === 'RELEVANCE' && search === '') {
    throw invalidInput([{ path: 'orderBy', message: 'RELEVANCE needs filter.search' }]);
  }
  const ordering: Ordering = {
    ...commonOrderings[order],
    direction: listing.direction ?? commonOrderings[order].direction,
  };
  return fetchPage<DatasetRow>(database, { ...datasetQuery(principal, filter, search), ordering }, listing);
}

function datasetQuery(
  principal: Principal,
  filter: z.output<typeof filterSchema>,
  search: string,
): Omit<ListQuery, 'ordering'> {
  const parameters: unknown[] = [];
  const value = (given: unknown) => `$${parameters.push(given)}`;
  const seen =
    filter.deleted === true
      ? `m.deleted_at IS NOT NULL AND ${ownedBy(principal, 'm')}`
      : visibleTo(principal, 'm');
  const where = [seen];
  if (filter.task != null) where.push(`m.task = ${value(filter.task)}`);
  if (filter.tags?.length) where.push(`m.tags @> ${value(filter.tags)}::text[]`);
  if (filter.licenses?.length) where.push(`m.license = ANY(${value(filter.licenses)}::text[])`);
  if (filter.owner != null) where.push(`o.name = ${value(filter.owner)}`);
  if (filter.visibility != null) where.push(`m.visibility = ${value(filter.visibility)}`);
  if (search === '') return { select: datasetColumns, from: datasetTables, where, parameters };
  return {
    with: searchHits('datasets', search, seen, value),
    select: datasetColumns,
    from: `${datasetTables} JOIN hits ON hits.id = m.id`,
    where,
    parameters,
  };
}
