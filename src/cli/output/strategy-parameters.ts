import { describeAccepted, isSchema } from '../../plugins/parameters/describe-accepted.js';

/** A parameter of a strategy, as its JSON Schema tells of it. */
export interface ParameterFacts {
  name: string;
  title?: string;
  description: string;
  /** What it takes, in words: `a whole number from 1 to 1000`. */
  accepts: string;
  unit?: string;
  group?: string;
  /** Most people leave it alone. */
  advanced: boolean;
  isRequired: boolean;
  /** Taken where it is left out; not there where the strategy chooses. */
  default?: unknown;
}

/** The parameters of a schema, in its order. */
export function findParameters(parametersSchema: Record<string, unknown>): ParameterFacts[] {
  const { properties, required } = parametersSchema;
  const needed = new Set(Array.isArray(required) ? (required as unknown[]) : []);
  return Object.entries(isSchema(properties) ? properties : {}).map(([name, rules]) => {
    const schema = isSchema(rules) ? rules : {};
    return {
      name,
      ...textOf(schema, 'title'),
      description: typeof schema['description'] === 'string' ? schema['description'] : '',
      accepts: describeAccepted(schema),
      ...textOf(schema, 'unit'),
      ...textOf(schema, 'group'),
      advanced: schema['advanced'] === true,
      isRequired: needed.has(name),
      ...('default' in schema && { default: schema['default'] }),
    };
  });
}

function textOf<Key extends string>(schema: Record<string, unknown>, key: Key): { [K in Key]?: string } {
  const value = schema[key];
  return (typeof value === 'string' ? { [key]: value } : {}) as { [K in Key]?: string };
}
