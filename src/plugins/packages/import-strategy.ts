import { pathToFileURL } from 'node:url';
import { ZooError } from '../../errors.js';
import { redact } from '../../redact.js';
import { checkStrategy } from '../check/check-strategy.js';
import type { Strategy } from '../contract.js';
import { loadStrategies } from '../loader.js';
import { digestPackage } from './digest-package.js';
import type { StrategyOrigin } from './strategy-package.js';

/**
 * Imports a strategy into this process. Of a package that is its author's code, so this happens in the processes of jobs
 * and in the inspector, and nowhere else.
 *
 * @param name of the strategy; a package has only one, and may be left to say
 * @throws ZooError PLUGIN_CHANGED when the package's files are not those of its digest; PLUGIN_DEPENDENCY_MISSING,
 *   PLUGIN_IMPORT_FAILED, PLUGIN_EXPORT_MISSING, PLUGIN_METADATA_INVALID; STRATEGY_UNKNOWN when it has another name
 */
export async function importStrategy(origin: StrategyOrigin, name?: string): Promise<Strategy> {
  if (origin.kind === 'built-in') {
    const { find } = await loadStrategies();
    return find(name ?? '') ?? unknownName(`no strategy ${name ?? ''} comes with Model Zoo`);
  }
  await requireUnchanged(origin);
  const strategy = await importPackage(origin);
  if (name !== undefined && strategy.name !== name) {
    unknownName(`the package ${origin.identity.name} gives ${strategy.name}, not ${name}`);
  }
  return strategy;
}

/**
 * Holds a package to the digest it was announced under.
 *
 * @throws ZooError PLUGIN_CHANGED
 */
async function requireUnchanged({
  folder,
  identity,
}: Extract<StrategyOrigin, { kind: 'package' }>): Promise<void> {
  const now = await digestPackage(folder).catch((error: unknown) =>
    error instanceof ZooError ? error.message : 'not readable',
  );
  if (now === identity.digest) return;
  throw new ZooError(
    'PLUGIN_CHANGED',
    `The files of ${identity.name} ${identity.version} changed after it was installed. ` +
      'Remove it and add it again; a new build is a new version.',
    { package: identity.name, version: identity.version },
  );
}

async function importPackage({ entry }: { entry: string }): Promise<Strategy> {
  const { default: candidate } = await importEntry(entry);
  const refusal = checkStrategy(candidate);
  if (refusal !== undefined) throw new ZooError(refusal.code, redact(refusal.reason));
  return candidate as Strategy;
}

async function importEntry(entry: string): Promise<{ default?: unknown }> {
  try {
    return (await import(pathToFileURL(entry).href)) as { default?: unknown };
  } catch (error) {
    const missing = missingPackage(error);
    if (missing !== undefined) {
      throw new ZooError(
        'PLUGIN_DEPENDENCY_MISSING',
        `it imports the package ${missing}, which is not installed with it; name it under dependencies in its package.json`,
      );
    }
    const reason = error instanceof Error ? error.message : String(error);
    throw new ZooError('PLUGIN_IMPORT_FAILED', `its import fails: ${redact(reason).slice(0, 1000)}`);
  }
}

/** Node's message names the package that an import did not find. */
function missingPackage(error: unknown): string | undefined {
  if (!(error instanceof Error) || (error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') return;
  return /^Cannot find package '([^']+)'/.exec(error.message)?.[1];
}

function unknownName(why: string): never {
  throw new ZooError('STRATEGY_UNKNOWN', `The strategy cannot be imported: ${why}.`);
}
