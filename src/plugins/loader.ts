import { z } from 'zod';
import type { ErrorCode } from '../error-codes.js';
import type { Strategy } from './contract.js';

/** Somewhere strategies come from. Built-ins have no door of their own. */
export interface StrategySource {
  /** What it is called in messages: a package name, or `modelzoo/…` for a built-in. */
  name: string;
  /** Gives a module whose default export is one strategy. Only its metadata may load here, nothing heavy. */
  import(): Promise<{ default: unknown }>;
}

/** The strategies of this installation. */
export interface LoadedStrategies {
  /** Sorted by name. */
  all: Strategy[];
  find(name: string): Strategy | undefined;
  /** Sources that gave no usable strategy, and why. The others work all the same. */
  refused: { source: string; code: ErrorCode; reason: string }[];
}

/** The strategies that come with the zoo. */
export const builtInSources: readonly StrategySource[] = [
  {
    name: 'modelzoo/feature-extraction-svm',
    import: () => import('./feature-extraction-svm/index.js'),
  },
  {
    name: 'modelzoo/partial-fine-tuning',
    import: () => import('./partial-fine-tuning/index.js'),
  },
  {
    name: 'modelzoo/full-retraining',
    import: () => import('./full-retraining/index.js'),
  },
];

/**
 * Loads the metadata of every strategy; the parts that train stay unloaded until a job needs them. A source that
 * cannot be used is listed as refused with its reason instead of failing the start.
 */
export async function loadStrategies(
  sources: readonly StrategySource[] = builtInSources,
): Promise<LoadedStrategies> {
  const strategies = new Map<string, Strategy>();
  const refused: LoadedStrategies['refused'] = [];
  for (const source of sources) {
    const refuse = (code: ErrorCode, reason: string) => refused.push({ source: source.name, code, reason });
    let candidate: unknown;
    try {
      candidate = (await source.import()).default;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      refuse('PLUGIN_IMPORT_FAILED', `it cannot be imported: ${reason}`);
      continue;
    }
    if (typeof candidate !== 'object' || candidate === null) {
      const found = candidate === null ? 'null' : typeof candidate;
      refuse('PLUGIN_EXPORT_MISSING', `its default export is ${found}, not a strategy`);
      continue;
    }
    const problems = strategyProblems(candidate);
    if (problems.length > 0) {
      refuse('PLUGIN_METADATA_INVALID', problems.join('; '));
      continue;
    }
    const strategy = candidate as Strategy;
    if (strategies.has(strategy.name)) {
      refuse('PLUGIN_NAME_TAKEN', `another source already gives a strategy named ${strategy.name}`);
      continue;
    }
    strategies.set(strategy.name, strategy);
  }
  const all = [...strategies.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  return { all, find: (name) => strategies.get(name), refused };
}

const metadata = z.object({
  name: z
    .string()
    .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'name must be lower-case words joined by dashes')
    .max(64, 'name must be at most 64 characters'),
  version: z.string().regex(/^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/, 'version must be a semantic version, 1.0.0'),
  summary: z.string().min(1, 'summary must be a sentence').max(400, 'summary must be at most 400 characters'),
  parameters: z.custom((value) => value instanceof z.ZodObject, 'parameters must be a Zod object schema'),
  needs: z.object({
    tasks: z.array(z.string()).min(1, 'needs.tasks must name a task'),
    formats: z.array(z.string()).min(1, 'needs.formats must name a format'),
    gpu: z.enum(['none', 'optional', 'required'], 'needs.gpu must be none, optional or required'),
  }),
  check: z.custom((value) => typeof value === 'function', 'check must be a function'),
  load: z.custom((value) => typeof value === 'function', 'load must be a function'),
});

function strategyProblems(candidate: object): string[] {
  const parsed = metadata.safeParse(candidate);
  if (!parsed.success) {
    return parsed.error.issues.map((issue) =>
      issue.code === 'invalid_type'
        ? `${issue.path.join('.')} is missing or not ${issue.expected}`
        : issue.message,
    );
  }
  const defaults = (candidate as Strategy).parameters.strict().safeParse({});
  const undescribed = Object.entries((candidate as Strategy).parameters.shape)
    .filter(([, field]) => !(field as z.ZodType).description)
    .map(([name]) => `parameter ${name} has no description`);
  // Required parameters are fine; a default that its own schema refuses is not.
  const brokenDefaults = defaults.success
    ? []
    : defaults.error.issues
        .filter((issue) => !(issue.code === 'invalid_type' && issue.input === undefined))
        .map((issue) => `default of ${issue.path.join('.')}: ${issue.message}`);
  return [...undescribed, ...brokenDefaults];
}
