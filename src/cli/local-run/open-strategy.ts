import { mkdir, readFile, rename, stat, symlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { environmentWith, loadConfig } from '../../config.js';
import { ZooError } from '../../errors.js';
import type { Strategy } from '../../plugins/contract.js';
import { openInstalledStrategies } from '../../plugins/installed/open-installed-strategies.js';
import { importStrategy } from '../../plugins/packages/import-strategy.js';
import { installationFolder } from '../../plugins/packages/permissions.js';
import { readStrategyPackage } from '../../plugins/packages/read-package.js';
import type { PackageIdentity } from '../../plugins/packages/strategy-package.js';
import { parseStrategy } from '../reference.js';
import { unpackPackage } from './unpack-package.js';

/** A strategy in this process, and where it came from. */
export interface OpenedStrategy {
  strategy: Strategy;
  package: PackageIdentity;
  /** Where tools keep what they can make again, for a package that has such a place. */
  cacheFolder: string | undefined;
}

/**
 * Imports the strategy that is named: a folder with a package in it, a tarball of one, or the name of an installed one.
 * Its code runs in this process, with all that the person who asks may do.
 *
 * @param workFolder where a tarball is unpacked.
 * @throws ZooError FOLDER_INVALID, STRATEGY_UNKNOWN, PLUGIN_*
 */
export async function openStrategy(source: string, workFolder: string): Promise<OpenedStrategy> {
  const found = await stat(source).catch(() => undefined);
  if (found?.isDirectory()) return openPackage(resolve(source));
  if (found?.isFile()) return openPackage(await unpackBesideModelZoo(resolve(source), workFolder));
  if (/[/\\]|\.t?gz$/.test(source)) {
    throw new ZooError(
      'FOLDER_INVALID',
      `There is no ${source}; expected the folder or tarball of a strategy package, or the name of an installed strategy.`,
    );
  }
  return openInstalled(source);
}

async function openPackage(folder: string): Promise<OpenedStrategy> {
  const { origin } = await readStrategyPackage(folder);
  const modules = join(folder, 'node_modules');
  const hasModules = await stat(modules).then(
    (entry) => entry.isDirectory(),
    () => false,
  );
  return {
    strategy: await importStrategy(origin),
    package: origin.identity,
    cacheFolder: hasModules ? join(modules, '.cache', 'modelzoo') : undefined,
  };
}

/** So that its `import 'modelzoo/plugin'` finds this Model Zoo. */
async function unpackBesideModelZoo(tarball: string, workFolder: string): Promise<string> {
  const modules = join(workFolder, 'node_modules');
  const unpacked = join(modules, 'unpacked');
  await mkdir(modules, { recursive: true });
  await symlink(installationFolder, join(modules, 'modelzoo'));
  await unpackPackage(tarball, unpacked);
  const target = join(modules, await nameOf(unpacked));
  await mkdir(dirname(target), { recursive: true });
  await rename(unpacked, target);
  return target;
}

/** The package's own name where it has a usable one: messages of Node name the folder. */
async function nameOf(folder: string): Promise<string> {
  const text = await readFile(join(folder, 'package.json'), 'utf8').catch(() => '{}');
  const name: unknown = /"name"\s*:\s*"([^"]+)"/.exec(text)?.[1];
  const isUsable = typeof name === 'string' && /^(@[a-z0-9][\w.-]*\/)?[a-z0-9][\w.-]*$/.test(name);
  return isUsable && name !== 'modelzoo' ? name : 'unnamed';
}

async function openInstalled(reference: string): Promise<OpenedStrategy> {
  const { name, version } = parseStrategy(reference);
  const { plugins } = loadConfig(environmentWith({}));
  const installation = openInstalledStrategies({ pluginsFolder: plugins.folder, listed: plugins.listed });
  try {
    const strategies = await installation.current();
    const installed = strategies.find(name, version);
    if (installed !== undefined) {
      const strategy = await importStrategy(installed.origin, name);
      return { strategy, package: installed.announcement.package, cacheFolder: undefined };
    }
    const known = strategies.all.map(({ announcement }) => `${announcement.name}@${announcement.version}`);
    const refused = strategies.refused.map(({ source, reason }) => ` ${source} was refused: ${reason}`);
    throw new ZooError(
      'STRATEGY_UNKNOWN',
      `There is neither a strategy "${reference}" nor a folder or tarball of that name; installed are ${known.join(', ')}.${refused.join('')}`,
    );
  } finally {
    installation.close();
  }
}
