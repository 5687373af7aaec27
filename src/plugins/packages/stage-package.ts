import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ZooError } from '../../errors.js';
import { linkModelZoo } from './locate-packages.js';
import { runNpm } from './run-npm.js';

/** A package with what it depends on, installed in a folder of its own that nothing knows yet. */
export interface StagedPackage {
  /** What becomes an install folder: `node_modules` with the package, its dependencies and `modelzoo`. */
  root: string;
  /** The package's own folder in there. */
  folder: string;
  /** Takes it away, unless it was moved to where it is to stay. */
  discard(): Promise<void>;
}

/**
 * Installs a package beside the plugins, so that it can be looked at before it is listed. Scripts of packages do not run, and
 * peer dependencies are not installed: `modelzoo` is this installation.
 *
 * @param source a folder with a package, a tarball of one, or what npm finds in its registry: `name` or `name@range`
 * @throws ZooError PLUGIN_NOT_FOUND, PLUGIN_INSTALL_FAILED, PLUGIN_PACKAGE_INVALID
 */
export async function stagePackage(pluginsFolder: string, source: string): Promise<StagedPackage> {
  const root = await stagingFolder(pluginsFolder);
  const discard = () => rm(root, { recursive: true, force: true });
  try {
    const spec = await installable(source, root);
    await writeFile(join(root, 'package.json'), '{ "private": true }\n');
    // Without this npm would look peer dependencies up in the registry, `modelzoo` among them.
    const peers = '--legacy-peer-deps';
    await runNpm(root, [
      ...['install', spec, '--prefix', root, '--global=false', '--no-workspaces', '--omit=dev', peers],
      ...['--no-bin-links', '--install-strategy=hoisted', '--save-exact'],
    ]);
    const name = await installedName(root);
    await rm(join(root, 'packed'), { recursive: true, force: true });
    await linkModelZoo(join(root, 'node_modules'));
    return { root, folder: join(root, 'node_modules', name), discard };
  } catch (error) {
    await discard();
    throw error;
  }
}

async function stagingFolder(pluginsFolder: string): Promise<string> {
  try {
    await mkdir(join(pluginsFolder, 'staging'), { recursive: true, mode: 0o700 });
    return await mkdtemp(join(pluginsFolder, 'staging', 'package-'));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ZooError(
      'PLUGIN_INSTALL_FAILED',
      `The plugins folder cannot be written (${code}). Set ZOO_PLUGINS_DIR to a folder that can, as the user that runs the server.`,
    );
  }
}

/** What npm is asked to install: a folder is packed first, so that it is installed as it would be published. */
async function installable(source: string, root: string): Promise<string> {
  const path = resolve(source);
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) return packFolder(path, source, root);
  if (found?.isFile() && /\.(tgz|tar\.gz)$/.test(source)) return path;
  if (registrySpec.test(source)) return source;
  throw new ZooError(
    'PLUGIN_NOT_FOUND',
    `${source} is no folder, no tarball (.tgz) and no name of a package. Examples: my-strategy, my-strategy@1.2.0, ./my-strategy, ./my-strategy-1.2.0.tgz.`,
  );
}

const registrySpec = /^(@[a-z0-9~][\w.~-]*\/)?[a-z0-9~][\w.~-]*(@[\w.^~<>=|* -]+)?$/;

async function packFolder(path: string, source: string, root: string): Promise<string> {
  if (!(await stat(join(path, 'package.json')).catch(() => undefined))?.isFile()) {
    throw new ZooError('PLUGIN_PACKAGE_INVALID', `${source} has no package.json, so it is no package.`);
  }
  const packed = join(root, 'packed');
  await mkdir(packed);
  await runNpm(path, ['pack', '--pack-destination', packed]);
  const [tarball] = await readdir(packed);
  if (tarball === undefined) {
    throw new ZooError('PLUGIN_INSTALL_FAILED', `npm packed nothing of ${source}.`);
  }
  return join(packed, tarball);
}

/** npm noted in the staging folder's package.json under which name it installed. */
async function installedName(root: string): Promise<string> {
  const { dependencies = {} } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
    dependencies?: Record<string, string>;
  };
  const [name] = Object.keys(dependencies);
  if (name === undefined) throw new ZooError('PLUGIN_INSTALL_FAILED', 'npm installed nothing.');
  return name;
}
