import DataLoader from 'dataloader';
import type { GraphQLContext } from './context.js';

/** Loads many at once: one SQL statement for all keys that one answer asks for. Results in the order of `keys`. */
export type BatchLoad<Key, Value> = (
  context: GraphQLContext,
  keys: readonly Key[],
) => Promise<(Value | Error)[]>;

/**
 * Defines a dataloader against N+1 queries. Each operation gets an instance of its own, so nobody sees what another
 * principal loaded: `const modelById = defineLoader(…)`, then `modelById(context).load(id)`.
 *
 * @param keyOf text that tells keys apart; needed where keys are objects.
 */
export function defineLoader<Key, Value>(
  load: BatchLoad<Key, Value>,
  keyOf?: (key: Key) => string,
): (context: GraphQLContext) => DataLoader<Key, Value, unknown> {
  const instances = new WeakMap<GraphQLContext, DataLoader<Key, Value, unknown>>();
  return (context) => {
    const existing = instances.get(context);
    if (existing !== undefined) return existing;
    const made = new DataLoader<Key, Value, unknown>((keys) => load(context, keys), {
      cache: context.cacheLoads,
      maxBatchSize: 500,
      ...(keyOf === undefined ? {} : { cacheKeyFn: keyOf }),
    });
    instances.set(context, made);
    return made;
  };
}

/** Puts rows in the order of the keys they were asked by; null where none came. */
export function inOrderOf<Key, Row>(
  keys: readonly Key[],
  rows: readonly Row[],
  keyOf: (row: Row) => Key,
): (Row | null)[] {
  const byKey = new Map(rows.map((row) => [keyOf(row), row]));
  return keys.map((key) => byKey.get(key) ?? null);
}

/** Groups rows by the key they belong to; an empty list where none came. */
export function groupedBy<Key, Row>(
  keys: readonly Key[],
  rows: readonly Row[],
  keyOf: (row: Row) => Key,
): Row[][] {
  const groups = new Map<Key, Row[]>(keys.map((key) => [key, []]));
  for (const row of rows) groups.get(keyOf(row))?.push(row);
  return keys.map((key) => groups.get(key) ?? []);
}
