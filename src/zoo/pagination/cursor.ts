import { invalidInput } from '../parse-input.js';
import type { Ordering } from './fetch-page.js';

/** PostgreSQL types a list can be ordered by. */
export type KeyType = 'timestamptz' | 'text' | 'bigint' | 'int' | 'double precision' | 'uuid';

/** What each type's text may look like; checked before a cursor's values reach SQL. */
const accepted: Record<KeyType, RegExp> = {
  timestamptz: /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,6})?[+-]\d\d(:?\d\d)?$/,
  // PostgreSQL's text has no NUL.
  text: /^[^\0]{0,500}$/,
  bigint: /^-?\d{1,18}$/,
  int: /^-?\d{1,9}$/,
  'double precision': /^-?(\d{1,30}(\.\d{1,30})?(e[+-]?\d{1,3})?|Infinity)$/,
  uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
};

/** The keys of a row as `fetchPage` selected them (`cursor_0` …), with the name of the order, opaque to clients. */
export function encodeCursor(ordering: Ordering, row: object): string {
  const keys = ordering.keys.map((_, index) => Reflect.get(row, `cursor_${index}`) as string);
  return Buffer.from(JSON.stringify([ordering.name, ...keys])).toString('base64url');
}

/** @throws ZooError INPUT_INVALID for text that is no cursor of this order. */
export function decodeCursor(cursor: string, ordering: Ordering, field: string): string[] {
  const parts = parse(cursor);
  const [name, ...values] = parts;
  const fits =
    name === ordering.name &&
    values.length === ordering.keys.length &&
    ordering.keys.every((key, index) => accepted[key.type].test(values[index] ?? ''));
  if (!fits) {
    throw invalidInput([
      {
        path: field,
        message: 'is not a cursor of this list in this order; take one from pageInfo or an edge',
      },
    ]);
  }
  return values;
}

function parse(cursor: string): string[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    return Array.isArray(value) && value.every((part) => typeof part === 'string') ? value : [];
  } catch {
    return [];
  }
}
