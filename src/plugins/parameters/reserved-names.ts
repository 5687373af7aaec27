import { isSchema, type JsonSchema } from './describe-accepted.js';

/** Names that every object has already: taken for a parameter, they reach what all objects share. */
const reserved = ['__proto__', 'constructor', 'prototype'];

/** No strategy nests its parameters deeper. */
const mostDepth = 32;

/** Where such names stand in what a caller sent. Schemas that drop unknown names would let them pass in silence. */
export function reservedNames(input: unknown): PropertyKey[][] {
  const found: PropertyKey[][] = [];
  const waiting: { value: unknown; path: PropertyKey[] }[] = [{ value: input, path: [] }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { value, path } = next;
    if (typeof value !== 'object' || value === null || path.length > mostDepth) continue;
    if (!Array.isArray(value)) {
      found.push(...reserved.filter((name) => Object.hasOwn(value, name)).map((name) => [...path, name]));
    }
    for (const [key, child] of Object.entries(value)) {
      if (typeof child !== 'object' || child === null) continue;
      waiting.push({ value: child, path: [...path, Array.isArray(value) ? Number(key) : key] });
    }
  }
  return found;
}

/** Whether a schema has such a name by its own wish: as a property, or as an entry of a table of any names. Never `__proto__`. */
export function isDeclared(parent: JsonSchema | undefined, name: PropertyKey): boolean {
  if (name === '__proto__' || parent === undefined) return false;
  const { properties } = parent;
  const isProperty = isSchema(properties) && Object.hasOwn(properties, name);
  return isProperty || isSchema(parent['additionalProperties']);
}
