import type { z } from 'zod';
import { ZooError, type Problem } from '../../errors.js';
import { canonicalJson } from '../../canonical-json.js';
import { parametersSchema } from '../announce.js';
import type { Strategy } from '../contract.js';
import { describeAccepted, isSchema, type JsonSchema } from './describe-accepted.js';
import { nearestNames } from '../check/nearest-names.js';
import { isDeclared, reservedNames } from './reserved-names.js';

/** One parameter that is not accepted. */
export interface ParameterProblem extends Problem {
  /** What arrived; undefined when a required parameter is missing. */
  value?: unknown;
  /** What is accepted, in words. */
  accepted: string;
}

export type ValidatedParameters<Parameters extends z.ZodObject> =
  { value: z.output<Parameters>; problems?: undefined } | { value?: undefined; problems: ParameterProblem[] };

/**
 * Checks what a caller sent as a strategy's parameters and fills in the defaults. All problems come back at once, each
 * with its path, what arrived and what is accepted.
 *
 * @param raw the parameters as JSON; undefined or null count as none given
 */
export function validateParameters<Parameters extends z.ZodObject>(
  strategy: Strategy<Parameters>,
  raw: unknown,
): ValidatedParameters<Parameters> {
  return validateAgainst(
    strategy.name,
    strategy.parameters.strict(),
    () => parametersSchema(strategy as unknown as Strategy),
    raw,
  ) as ValidatedParameters<Parameters>;
}

/**
 * The parameters with their defaults.
 *
 * @throws ZooError STRATEGY_PARAMETERS_INVALID with every problem
 */
export function requireParameters(strategy: Strategy, raw: unknown): Record<string, unknown> {
  const { value, problems } = validateParameters(strategy, raw);
  if (problems === undefined) return value;
  throw new ZooError('STRATEGY_PARAMETERS_INVALID', problems.map(({ message }) => message).join('\n'), {
    problems,
  });
}

/**
 * What `validateParameters` does, for parameters described by a schema alone.
 *
 * @param strategy its name, for the messages
 * @param jsonSchema the same rules as JSON Schema; asked for when something is wrong
 */
export function validateAgainst(
  strategy: string,
  schema: z.ZodType,
  jsonSchema: () => JsonSchema,
  raw: unknown,
): ValidatedParameters<z.ZodObject> {
  const input = raw ?? {};
  if (!isSchema(input)) return { problems: [describeNotAnObject(strategy, input)] };
  const parsed = schema.safeParse(input);
  const reserved = reservedNames(input);
  if (parsed.success && reserved.length === 0) return keepable(strategy, schema, parsed.data);
  const rules = jsonSchema();
  const problems = (parsed.error?.issues ?? []).flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => describeUnknown(strategy, [...issue.path, key], input, rules))
      : [describeIssue(strategy, issue, input, rules)],
  );
  const said = new Set(problems.map(({ path }) => path));
  const unsaid = reserved.filter(
    (path) => !said.has(pathText(path)) && !isDeclared(schemaAt(rules, path.slice(0, -1)), path.at(-1) ?? ''),
  );
  problems.push(...unsaid.map((path) => describeUnknown(strategy, path, input, rules)));
  return problems.length === 0 && parsed.success
    ? { value: parsed.data as Record<string, unknown> }
    : { problems };
}

/** A job keeps what was read, and its process reads it again: a schema that changes values on the way would not know it. */
function keepable(strategy: string, schema: z.ZodType, value: unknown): ValidatedParameters<z.ZodObject> {
  const again = schema.safeParse(value);
  if (again.success && canonicalJson(again.data) === canonicalJson(value)) {
    return { value: value as Record<string, unknown> };
  }
  const accepted = 'values that stay as they are';
  const became = again.success ? show(again.data) : 'not accepted';
  return {
    problems: [
      {
        path: 'parameters',
        value,
        accepted,
        message:
          `parameters became ${show(value)}, and sent again ${became}; ${strategy} accepts ${accepted}. ` +
          'Its schema transforms them: its author has to do that in fit.',
      },
    ],
  };
}

function describeNotAnObject(strategy: string, value: unknown): ParameterProblem {
  const accepted = 'an object of parameters by name';
  return {
    path: 'parameters',
    value,
    accepted,
    message: `parameters is ${show(value)}; ${strategy} accepts ${accepted}.`,
  };
}

function describeUnknown(
  strategy: string,
  path: PropertyKey[],
  input: unknown,
  schema: JsonSchema,
): ParameterProblem {
  const name = String(path.at(-1));
  const parent = schemaAt(schema, path.slice(0, -1));
  const known = Object.keys(isSchema(parent?.['properties']) ? parent['properties'] : {});
  const near = nearestNames(name, known);
  const accepted = known.length === 0 ? 'no parameters' : known.join(', ');
  const hint = near.length === 0 ? '' : ` Did you mean ${near.join(' or ')}?`;
  return {
    path: pathText(path),
    value: valueAt(input, path),
    accepted,
    message: `${strategy} has no parameter ${dotted(path)}; it accepts ${accepted}.${hint}`,
  };
}

function describeIssue(
  strategy: string,
  issue: z.core.$ZodIssue,
  input: unknown,
  schema: JsonSchema,
): ParameterProblem {
  const value = valueAt(input, issue.path);
  const at = schemaAt(schema, issue.path);
  const accepted = issue.code === 'custom' || at === undefined ? issue.message : describeAccepted(at);
  const fallback = at?.['default'];
  const hint = fallback === undefined ? '' : ` The default is ${show(fallback)}.`;
  const arrived = value === undefined ? 'is missing' : `is ${show(value)}`;
  return {
    path: pathText(issue.path),
    value,
    accepted,
    message: `${dotted(issue.path)} ${arrived}; ${strategy} accepts ${accepted}.${hint}`,
  };
}

function schemaAt(schema: JsonSchema, path: PropertyKey[]): JsonSchema | undefined {
  let at: unknown = schema;
  for (const key of path) {
    if (!isSchema(at)) return undefined;
    const properties = at['properties'];
    at =
      typeof key === 'number'
        ? at['items']
        : ((isSchema(properties) ? ownOf(properties, key) : undefined) ?? at['additionalProperties']);
  }
  return isSchema(at) ? at : undefined;
}

function valueAt(input: unknown, path: PropertyKey[]): unknown {
  let at: unknown = input;
  for (const key of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return undefined;
    at = (at as Record<PropertyKey, unknown>)[key];
  }
  return at;
}

const ownOf = (object: Record<string, unknown>, key: PropertyKey): unknown =>
  Object.hasOwn(object, key) ? object[String(key)] : undefined;

const dotted = (path: PropertyKey[]): string => path.map(String).join('.') || 'parameters';

const pathText = (path: PropertyKey[]): string => ['parameters', ...path.map(String)].join('.');

/** JSON, cut short: a caller may send megabytes. */
function show(value: unknown): string {
  const text = toJson(value);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}

function toJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    // Nested deeper than the stack.
    return 'a value that cannot be shown';
  }
}
