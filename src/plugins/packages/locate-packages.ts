import { lstat, readlink, rename, symlink } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { ZooError } from '../../errors.js';
import { findPackage } from './find-package.js';
import { installationFolder } from './permissions.js';
import { readPluginsFile, type PluginInstall } from './plugins-file.js';
import { readStrategyPackage, type StrategyPackage } from './read-package.js';

/** A package that is installed or listed, read or refused. */
export interface LocatedPackage {
  /** Name and version, or what the configuration lists. */
  source: string;
  /** How it came here. */
  from: 'added' | 'listed';
  package: StrategyPackage | ZooError;
}

/**
 * Reads every package that this installation is to have: first those that were added, in that order, then those that the
 * configuration lists. None is imported. A plugins.json that cannot be read is refused like a package: it must not take
 * the others with it.
 */
export async function locatePackages(
  pluginsFolder: string,
  listed: readonly string[],
): Promise<LocatedPackage[]> {
  const added = locateAdded(pluginsFolder).catch((error: unknown): LocatedPackage[] => {
    if (!(error instanceof ZooError)) throw error;
    return [{ source: 'plugins.json', from: 'added', package: error }];
  });
  const fromConfiguration = listed.map((source) => located(source, 'listed', () => readListed(source)));
  return [...(await added), ...(await Promise.all(fromConfiguration))];
}

async function locateAdded(pluginsFolder: string): Promise<LocatedPackage[]> {
  const { installs } = await readPluginsFile(pluginsFolder);
  return Promise.all(
    installs.map((install) =>
      located(`${install.package} ${install.version}`, 'added', () => readInstall(pluginsFolder, install)),
    ),
  );
}

/** Where an installed package's own folder lies. */
function installedPackageFolder(
  pluginsFolder: string,
  install: Pick<PluginInstall, 'package' | 'folder'>,
): string {
  return join(pluginsFolder, 'installs', install.folder, 'node_modules', install.package);
}

/**
 * Makes `modelzoo` in an install's `node_modules` this installation. Done again at every start: Model Zoo may have been
 * installed elsewhere since.
 */
export async function linkModelZoo(nodeModules: string): Promise<void> {
  const link = join(nodeModules, 'modelzoo');
  if ((await readlink(link).catch(() => undefined)) === installationFolder) return;
  const found = await lstat(link).catch(() => undefined);
  if (found !== undefined && !found.isSymbolicLink()) return;
  const temporary = `${link}.${process.pid}`;
  await symlink(installationFolder, temporary);
  await rename(temporary, link);
}

async function located(
  source: string,
  from: LocatedPackage['from'],
  read: () => Promise<StrategyPackage>,
): Promise<LocatedPackage> {
  try {
    return { source, from, package: await read() };
  } catch (error) {
    if (error instanceof ZooError) return { source, from, package: error };
    throw error;
  }
}

/**
 * Reads an installed package, which is to be as it was when it was added.
 *
 * @throws ZooError PLUGIN_CHANGED, and what `readStrategyPackage` throws
 */
export async function readInstall(
  pluginsFolder: string,
  install: Pick<PluginInstall, 'package' | 'folder' | 'digest'>,
): Promise<StrategyPackage> {
  // A folder that others keep may not be ours to write; the package's reading says what is missing then.
  await linkModelZoo(join(pluginsFolder, 'installs', install.folder, 'node_modules')).catch(() => undefined);
  const found = await readStrategyPackage(installedPackageFolder(pluginsFolder, install));
  if (found.origin.identity.digest === install.digest) return found;
  throw new ZooError(
    'PLUGIN_CHANGED',
    'Its files changed after it was added. Add it again as it was; a new build is a new version.',
  );
}

async function readListed(source: string): Promise<StrategyPackage> {
  if (isAbsolute(source)) return readStrategyPackage(source);
  const folder =
    (await findPackage(source, process.cwd())) ?? (await findPackage(source, installationFolder));
  if (folder !== undefined) return readStrategyPackage(folder);
  throw new ZooError(
    'PLUGIN_NOT_FOUND',
    `ZOO_PLUGINS lists ${source}, which is in no node_modules of the working directory or of Model Zoo. Install it there with npm, or use \`zoo plugin add\`.`,
  );
}
