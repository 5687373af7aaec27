import type { Strategy } from '../contract.js';
import { isSchema, type JsonSchema } from '../parameters/describe-accepted.js';

/** What is wrong with the parameters that a strategy declares; empty when nothing is. */
export function parameterProblems(strategy: Strategy, schema: JsonSchema): string[] {
  return [...describe(schema, ''), ...defaultProblems(strategy, schema)];
}

/** Keywords of our own, beside JSON Schema's `title` and `description`, and their types. */
const keywords = {
  title: 'string',
  description: 'string',
  unit: 'string',
  group: 'string',
  advanced: 'boolean',
};

/** Every field needs a description, at any depth: it is all that a caller gets to see of it. */
function describe(schema: JsonSchema, path: string): string[] {
  const { properties } = schema;
  const fields = Object.entries(isSchema(properties) ? properties : {}).flatMap(([name, field]) => {
    if (!isSchema(field)) return [];
    const at = path === '' ? name : `${path}.${name}`;
    const described = typeof field['description'] === 'string' && field['description'].trim() !== '';
    return [
      ...(described ? [] : [`parameter ${at} has no description`]),
      ...Object.entries(keywords)
        .filter(([keyword, type]) => field[keyword] !== undefined && typeof field[keyword] !== type)
        .map(([keyword, type]) => `${keyword} of parameter ${at} is not a ${type}`),
      ...describe(field, at),
    ];
  });
  const parts = [schema['items'], schema['additionalProperties']];
  for (const keyword of ['anyOf', 'oneOf', 'allOf', 'prefixItems']) {
    if (Array.isArray(schema[keyword])) parts.push(...(schema[keyword] as unknown[]));
  }
  return [...fields, ...parts.filter(isSchema).flatMap((part) => describe(part, path))];
}

/** A default that its own schema refuses would fail every launch that leaves the parameter out. */
function defaultProblems(strategy: Strategy, { properties }: JsonSchema): string[] {
  const defaults = Object.entries(isSchema(properties) ? properties : {})
    .filter(([, field]) => isSchema(field) && 'default' in field)
    .map(([name, field]) => [name, (field as JsonSchema)['default']]);
  const given = Object.fromEntries(defaults) as Record<string, unknown>;
  const parsed = strategy.parameters.strict().safeParse(given);
  if (parsed.success) return [];
  // Parameters that have to be given are missing here, and what is said of all together depends on them.
  return parsed.error.issues
    .filter(({ path }) => path.length > 0 && Object.hasOwn(given, path[0] ?? ''))
    .map(({ path, message }) => `default of ${path.join('.')}: ${message}`);
}
