import { z } from 'zod';
import type { Principal } from '../access/principal.js';
import { ownedBy, visibleTo } from '../access/visible-to.js';
import { commonOrderings, idKey } from '../pagination/common-orderings.js';
import {
  fetchPage,
  type ListQuery,
  type Ordering,
  type Page,
  type PageRequest,
  type Queryable,
} from '../pagination/fetch-page.js';
import { invalidInput, parseInput } from '../parse-input.js';
import { modelColumns, modelTables, type ModelRow } from './model-rows.js';
import { searchHits } from '../pagination/search-hits.js';

const range = z
  .object({ min: z.number().nullish(), max: z.number().nullish() })
  .refine(({ min, max }) => min == null || max == null || min <= max, 'min must not be above max');

const filterSchema = z.object({
  task: z.string().nullish(),
  /** All of them. */
  tags: z.array(z.string()).max(20, 'at most 20 tags').nullish(),
  /** Any of them. */
  licenses: z.array(z.string().toLowerCase()).max(20, 'at most 20 licences').nullish(),
  owner: z.string().nullish(),
  visibility: z.enum(['PUBLIC', 'PRIVATE']).nullish(),
  /** Of the newest version, as are parameter count and metric. */
  format: z.string().nullish(),
  parameterCount: range.nullish(),
  metric: z.intersection(z.object({ name: z.string() }), range).nullish(),
  /** `owner/name` of a model it derives from, by lineage or by its card. */
  baseModel: z
    .string()
    .regex(/^[^/]+\/[^/]+$/, 'must be owner/name')
    .nullish(),
  search: z.string().max(200, 'at most 200 characters').nullish(),
  /** Only one's own deleted models, to restore them. */
  deleted: z.boolean().nullish(),
});

/** Puts `filter.` before the place of every problem. */
const listingSchema = z.object({ filter: filterSchema });

export type ModelFilter = z.input<typeof filterSchema>;
export type ModelOrder = 'UPDATED' | 'CREATED' | 'NAME' | 'PARAMETERS' | 'METRIC' | 'RELEVANCE';

export interface ModelListing extends PageRequest {
  filter?: ModelFilter | null;
  /** RELEVANCE where there is a search, otherwise UPDATED. */
  orderBy?: ModelOrder | null;
  direction?: 'ASC' | 'DESC' | null;
}

/**
 * A page of the models the principal may see.
 *
 * @throws ZooError INPUT_INVALID
 */
export async function listModels(
  database: Queryable,
  principal: Principal,
  listing: ModelListing,
): Promise<Page<ModelRow>> {
  const { filter } = parseInput(listingSchema, { filter: listing.filter ?? {} });
  const search = filter.search?.trim() ?? '';
  const order = listing.orderBy ?? (search === '' ? 'UPDATED' : 'RELEVANCE');
  return fetchPage<ModelRow>(
    database,
    modelQuery(principal, filter, search, order, listing.direction ?? undefined),
    listing,
  );
}

function modelQuery(
  principal: Principal,
  filter: z.output<typeof filterSchema>,
  search: string,
  order: ModelOrder,
  direction: 'ASC' | 'DESC' | undefined,
): ListQuery {
  const parameters: unknown[] = [];
  const value = (given: unknown) => `$${parameters.push(given)}`;
  const seen =
    filter.deleted === true
      ? `m.deleted_at IS NOT NULL AND ${ownedBy(principal, 'm')}`
      : visibleTo(principal, 'm');
  const where = [seen];
  let from = modelTables;
  let withHits: string | undefined;

  if (search !== '') {
    withHits = searchHits('models', search, seen, value);
    from += ' JOIN hits ON hits.id = m.id';
  }
  if (filter.format != null || filter.parameterCount != null || order === 'PARAMETERS') {
    from += ' JOIN model_versions lv ON lv.model_id = m.id AND lv.number = m.latest_number';
  }
  if (filter.metric != null) {
    from += ` JOIN model_versions xv ON xv.model_id = m.id AND xv.number = m.latest_number
              JOIN metrics x ON x.version_id = xv.id AND x.name = ${value(filter.metric.name)}`;
    where.push(...within('x.value', filter.metric, value));
  }
  if (filter.task != null) where.push(`m.task = ${value(filter.task)}`);
  if (filter.tags?.length) where.push(`m.tags @> ${value(filter.tags)}::text[]`);
  if (filter.licenses?.length) where.push(`m.license = ANY(${value(filter.licenses)}::text[])`);
  if (filter.owner != null) where.push(`o.name = ${value(filter.owner)}`);
  if (filter.visibility != null) where.push(`m.visibility = ${value(filter.visibility)}`);
  if (filter.format != null) where.push(`lv.format = ${value(filter.format)}`);
  if (filter.parameterCount != null)
    where.push(...within('lv.parameter_count', filter.parameterCount, value));
  if (filter.baseModel != null) where.push(derivesFrom(principal, filter.baseModel, value));

  return {
    ...(withHits === undefined ? {} : { with: withHits }),
    select: modelColumns,
    from,
    where,
    parameters,
    ordering: ordering(order, direction, filter.metric?.name, search !== ''),
  };
}

function within(
  column: string,
  { min, max }: { min?: number | null; max?: number | null },
  value: (given: unknown) => string,
): string[] {
  return [
    ...(min == null ? [] : [`${column} >= ${value(min)}::double precision`]),
    ...(max == null ? [] : [`${column} <= ${value(max)}::double precision`]),
  ];
}

/** By lineage, where the principal may see the base too, or by what the visible card says. */
function derivesFrom(principal: Principal, baseModel: string, value: (given: unknown) => string): string {
  const [owner, name] = baseModel.split('/');
  return `(m.card_data -> 'base_model' ? ${value(baseModel)} OR m.id IN (
    SELECT cv.model_id FROM accounts bo JOIN models b ON b.owner_id = bo.id
      JOIN model_versions bv ON bv.model_id = b.id JOIN lineage_edges e ON e.parent_version_id = bv.id
      JOIN model_versions cv ON cv.id = e.child_version_id
     WHERE bo.name = ${value(owner)} AND b.name = ${value(name)} AND ${visibleTo(principal, 'b')}))`;
}

function ordering(
  order: ModelOrder,
  direction: 'ASC' | 'DESC' | undefined,
  metric: string | undefined,
  searching: boolean,
): Ordering {
  if (order === 'METRIC' && metric === undefined) {
    throw invalidInput([{ path: 'orderBy', message: 'METRIC needs filter.metric, which names the metric' }]);
  }
  if (order === 'RELEVANCE' && !searching) {
    throw invalidInput([{ path: 'orderBy', message: 'RELEVANCE needs filter.search' }]);
  }
  const orders: Record<ModelOrder, Ordering> = {
    ...commonOrderings,
    PARAMETERS: {
      name: 'parameters',
      direction: 'ASC',
      keys: [{ expression: 'lv.parameter_count', type: 'bigint' }, idKey],
    },
    METRIC: {
      name: `metric ${metric}`,
      direction: 'DESC',
      keys: [{ expression: 'x.value', type: 'double precision' }, idKey],
    },
  };
  return { ...orders[order], direction: direction ?? orders[order].direction };
}
