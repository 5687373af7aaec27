/** A node of the JSON Schema of a strategy's parameters. */
export type JsonSchema = Record<string, unknown>;

/** Says in words what a JSON Schema accepts: `a number above 0, up to 100`, `svm or softmax`, `true or false`. */
export function describeAccepted(schema: JsonSchema): string {
  if (Array.isArray(schema['enum'])) return orList(schema['enum'].map(String));
  if ('const' in schema) return JSON.stringify(schema['const']);
  const alternatives = schema['anyOf'] ?? schema['oneOf'];
  if (Array.isArray(alternatives)) {
    return orList(alternatives.map((alternative: JsonSchema) => describeAccepted(alternative)));
  }
  switch (schema['type']) {
    case 'integer':
      return `a whole number${describeRange(schema)}`;
    case 'number':
      return `a number${describeRange(schema)}`;
    case 'boolean':
      return 'true or false';
    case 'string':
      return describeText(schema);
    case 'array':
      return `a list${isSchema(schema['items']) ? `, each entry ${describeAccepted(schema['items'])}` : ''}`;
    case 'object':
      return 'an object';
    case 'null':
      return 'null';
    default:
      return 'a value that fits the schema';
  }
}

export function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function describeRange(schema: JsonSchema): string {
  const least = schema['minimum'];
  const above = schema['exclusiveMinimum'];
  const most = boundOrUndefined(schema['maximum']);
  const below = schema['exclusiveMaximum'];
  if (boundOrUndefined(least) !== undefined && most !== undefined)
    return ` from ${String(least)} to ${String(most)}`;
  const parts = [
    boundOrUndefined(least) === undefined ? '' : ` of ${String(least)} or more`,
    above === undefined ? '' : ` above ${String(above)}`,
    most === undefined ? '' : ` up to ${String(most)}`,
    below === undefined ? '' : ` below ${String(below)}`,
  ];
  return parts.filter((part) => part !== '').join(',');
}

/** Zod bounds every integer by what a double holds; that says nothing to a person. */
function boundOrUndefined(bound: unknown): number | undefined {
  return typeof bound === 'number' && Math.abs(bound) < Number.MAX_SAFE_INTEGER ? bound : undefined;
}

function describeText(schema: JsonSchema): string {
  const least = schema['minLength'];
  const most = schema['maxLength'];
  const length =
    typeof most === 'number'
      ? ` of ${typeof least === 'number' ? least : 0} to ${most} characters`
      : typeof least === 'number'
        ? ` of at least ${least} ${least === 1 ? 'character' : 'characters'}`
        : '';
  return `text${length}${typeof schema['pattern'] === 'string' ? ` that matches ${schema['pattern']}` : ''}`;
}

function orList(words: string[]): string {
  return words.length < 2 ? (words[0] ?? 'nothing') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}
