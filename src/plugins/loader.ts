import type { ErrorCode } from '../error-codes.js';
import { checkStrategy } from './check/check-strategy.js';
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
    const refusal = checkStrategy(candidate);
    if (refusal !== undefined) {
      refuse(refusal.code, refusal.reason);
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
