import type { Ordering } from './fetch-page.js';

/** Last key of every ordering: with it no two rows are equal. */
export const idKey = { expression: 'm.id', type: 'uuid' } as const;

/** Orders that models and data sets share. Their lists call the row `m`, and the search's `hits`. */
export const commonOrderings = {
  UPDATED: {
    name: 'updated',
    direction: 'DESC',
    keys: [{ expression: 'm.updated_at', type: 'timestamptz' }, idKey],
  },
  CREATED: {
    name: 'created',
    direction: 'DESC',
    keys: [{ expression: 'm.created_at', type: 'timestamptz' }, idKey],
  },
  NAME: { name: 'name', direction: 'ASC', keys: [{ expression: 'm.name', type: 'text' }, idKey] },
  RELEVANCE: {
    name: 'relevance',
    direction: 'DESC',
    keys: [{ expression: 'hits.rank', type: 'double precision' }, idKey],
  },
} satisfies Record<string, Ordering>;
