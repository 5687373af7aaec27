import { z } from 'zod';
import type { ErrorCode } from '../../error-codes.js';
import { parametersSchema } from '../announce.js';
import type { Strategy } from '../contract.js';
import { isObjectSchema } from '../parameters/object-schema.js';
import { parameterProblems } from './check-parameters.js';

/** Why something that was imported is no strategy that can be used. */
export interface StrategyRefusal {
  code: Extract<ErrorCode, 'PLUGIN_EXPORT_MISSING' | 'PLUGIN_METADATA_INVALID'>;
  /** Every problem, for whoever wrote the strategy. */
  reason: string;
}

/**
 * Looks at what a module exports as a strategy, before anybody relies on it: every field there is, of its type and within
 * its limits, every parameter described, every default accepted by its own schema. Nothing of the strategy is run but the
 * schema of its parameters.
 *
 * @param candidate the module's default export
 * @returns undefined when it is one.
 */
export function checkStrategy(candidate: unknown): StrategyRefusal | undefined {
  if (typeof candidate !== 'object' || candidate === null) {
    const found = candidate === null ? 'null' : typeof candidate;
    return { code: 'PLUGIN_EXPORT_MISSING', reason: `its default export is ${found}, not a strategy` };
  }
  let problems: string[];
  try {
    problems = metadataProblems(candidate);
    if (problems.length === 0) problems = schemaProblems(candidate as Strategy);
  } catch (error) {
    // A getter, or a check of the schema, that throws.
    problems = [`its metadata cannot be read: ${error instanceof Error ? error.message : String(error)}`];
  }
  return problems.length === 0 ? undefined : { code: 'PLUGIN_METADATA_INVALID', reason: problems.join('; ') };
}

/** Announcements are kept, sent and shown: a schema larger than this is no form that anybody fills in. */
export const mostSchemaBytes = 100_000;

const words = (field: string) =>
  z.array(z.string().max(64)).min(1, `needs.${field} must name a ${field.slice(0, -1)}`);

/** What a strategy may be called. */
export const strategyName = z
  .string()
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'name must be lower-case words joined by dashes')
  .max(64, 'name must be at most 64 characters');

const metadata = z.object({
  name: strategyName,
  version: z
    .string()
    .max(64, 'version must be at most 64 characters')
    .regex(/^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/, 'version must be a semantic version, 1.0.0'),
  summary: z.string().min(1, 'summary must be a sentence').max(400, 'summary must be at most 400 characters'),
  parameters: z.custom(isObjectSchema, 'parameters must be a Zod 4 object schema: z.object({ … })'),
  needs: z.object({
    tasks: words('tasks'),
    formats: words('formats'),
    gpu: z.enum(['none', 'optional', 'required'], 'needs.gpu must be none, optional or required'),
    memoryBytes: z
      .number()
      .int('needs.memoryBytes must be a whole number of bytes')
      .positive('needs.memoryBytes must be a whole number of bytes')
      .optional(),
  }),
  check: z.custom((value) => typeof value === 'function', 'check must be a function'),
  load: z.custom((value) => typeof value === 'function', 'load must be a function'),
  estimate: z
    .custom((value) => typeof value === 'function', 'estimate must be a function that loads the estimate')
    .optional(),
});

function metadataProblems(candidate: object): string[] {
  const parsed = metadata.safeParse(candidate);
  if (parsed.success) return [];
  return parsed.error.issues.map((issue) =>
    issue.code === 'invalid_type'
      ? `${issue.path.join('.')} is missing or not ${issue.expected}`
      : issue.message,
  );
}

function schemaProblems(strategy: Strategy): string[] {
  let schema: Record<string, unknown>;
  try {
    schema = parametersSchema(strategy);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return [`parameters cannot be written as JSON Schema: ${why}`];
  }
  const bytes = Buffer.byteLength(JSON.stringify(schema));
  if (bytes > mostSchemaBytes) {
    return [`parameters take ${bytes} bytes as JSON Schema; at most ${mostSchemaBytes} are accepted`];
  }
  return parameterProblems(strategy, schema);
}
