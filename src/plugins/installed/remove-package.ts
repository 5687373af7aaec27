import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ZooError } from '../../errors.js';
import { readPluginsFile, updatePluginsFile, type PluginInstall } from '../packages/plugins-file.js';

/**
 * Takes a package, or one version of it, off the list: nothing new is launched with it, and waiting jobs of it wait for it to
 * come back. Its files stay for jobs that still run from them, until `sweepRemovedPackages`.
 *
 * @throws ZooError PLUGIN_NOT_FOUND
 */
export async function removePackage(
  pluginsFolder: string,
  name: string,
  version: string | undefined,
): Promise<PluginInstall[]> {
  const isMeant = (install: PluginInstall) =>
    install.package === name && (version === undefined || install.version === version);
  const { installs } = await readPluginsFile(pluginsFolder);
  if (!installs.some(isMeant)) throw notInstalled(name, version, installs);
  let taken: PluginInstall[] = [];
  const removedAt = new Date().toISOString();
  await updatePluginsFile(pluginsFolder, (file) => {
    taken = file.installs.filter(isMeant);
    return {
      installs: file.installs.filter((install) => !isMeant(install)),
      removed: [...file.removed, ...taken.map(({ folder }) => ({ folder, removedAt }))],
    };
  });
  return taken;
}

/**
 * Deletes the files of packages that were removed and that no job runs from any more, and what commands left behind that were
 * killed on their way.
 *
 * @param jobTimeoutMs how long an attempt of a job may take: what was removed before that is out of use
 * @param unused folders that are known to be out of use now
 */
export async function sweepRemovedPackages(
  pluginsFolder: string,
  jobTimeoutMs: number,
  unused: readonly string[] = [],
): Promise<void> {
  await sweepStaging(join(pluginsFolder, 'staging'));
  const isOver = ({ folder, removedAt }: { folder: string; removedAt: string }) =>
    unused.includes(folder) || Date.parse(removedAt) + jobTimeoutMs <= Date.now();
  if (!(await readPluginsFile(pluginsFolder)).removed.some(isOver)) return;
  await updatePluginsFile(pluginsFolder, async (file) => {
    for (const { folder } of file.removed.filter(isOver)) {
      await rm(join(pluginsFolder, 'installs', folder), { recursive: true, force: true });
    }
    return { ...file, removed: file.removed.filter((removed) => !isOver(removed)) };
  });
}

/** No command takes a day. */
async function sweepStaging(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const found = await stat(join(folder, name)).catch(() => undefined);
    if (found !== undefined && found.mtimeMs + 86_400_000 < Date.now()) {
      await rm(join(folder, name), { recursive: true, force: true });
    }
  }
}

function notInstalled(
  name: string,
  version: string | undefined,
  installs: readonly PluginInstall[],
): ZooError {
  const versions = installs.filter((install) => install.package === name).map((install) => install.version);
  const there =
    versions.length > 0
      ? `Its versions here: ${versions.join(', ')}.`
      : installs.length > 0
        ? `There are: ${[...new Set(installs.map((install) => install.package))].join(', ')}.`
        : 'No package is added.';
  const what = version === undefined ? name : `${name}@${version}`;
  return new ZooError('PLUGIN_NOT_FOUND', `${what} was not added with \`zoo plugin add\`. ${there}`);
}
