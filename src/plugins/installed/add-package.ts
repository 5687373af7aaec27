import { mkdir, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ZooError } from '../../errors.js';
import type { StrategyAnnouncement } from '../announce.js';
import { Inspectors } from '../packages/inspect/inspectors.js';
import { readInstall } from '../packages/locate-packages.js';
import { updatePluginsFile, type PluginInstall } from '../packages/plugins-file.js';
import { readStrategyPackage } from '../packages/read-package.js';
import { stagePackage } from '../packages/stage-package.js';
import type { PackageIdentity } from '../packages/strategy-package.js';
import { nameOwner } from './assemble-strategies.js';
import { DescriptionCache } from './description-cache.js';
import { openInstalledStrategies } from './open-installed-strategies.js';

export interface AddedPackage {
  strategy: StrategyAnnouncement;
  /** Whether exactly this build was there before, with all its files as they were. */
  wasThere: boolean;
}

/**
 * Installs a strategy package into the plugins folder and lists it. It is inspected before; a package that is refused leaves
 * nothing behind. One that is listed with damaged files is put right. Running servers and workers see it by themselves.
 *
 * @param source a folder, a tarball, or `name@range`
 * @throws ZooError with a code that begins with PLUGIN_
 */
export async function addPackage(
  { pluginsFolder, listed }: { pluginsFolder: string; listed: readonly string[] },
  source: string,
): Promise<AddedPackage> {
  const inspectors = new Inspectors();
  const staged = await stagePackage(pluginsFolder, source);
  try {
    const found = await readStrategyPackage(staged.folder);
    const strategy = await inspectors.describe(found);
    const { identity } = found.origin;
    let wasThere = false;
    await updatePluginsFile(pluginsFolder, async (file) => {
      const same = file.installs.find(
        (install) => install.package === identity.name && install.version === identity.version,
      );
      if (same !== undefined && same.digest !== identity.digest) throw versionTaken(identity);
      wasThere = same !== undefined && (await isWhole(pluginsFolder, same));
      if (wasThere) return file;
      const { all } = await openInstalledStrategies({ pluginsFolder, listed, inspectors }).current();
      requireFreeName(
        strategy,
        all.map(({ announcement }) => announcement),
      );
      const folder = await settle(staged.root, pluginsFolder, identity);
      const install: PluginInstall = {
        package: identity.name,
        version: identity.version,
        digest: identity.digest,
        folder,
        addedAt: new Date().toISOString(),
      };
      // Jobs may still run from the damaged one, which stays until the sweep.
      const replaced = same === undefined ? [] : [{ folder: same.folder, removedAt: install.addedAt }];
      return {
        installs:
          same === undefined
            ? [...file.installs, install]
            : file.installs.with(file.installs.indexOf(same), install),
        removed: [...file.removed, ...replaced].filter((removed) => removed.folder !== folder),
      };
    });
    await new DescriptionCache(join(pluginsFolder, 'descriptions')).write(strategy);
    return { strategy, wasThere };
  } finally {
    inspectors.close();
    await staged.discard();
  }
}

/** Throws when a strategy of another package has the name. @throws ZooError PLUGIN_NAME_TAKEN */
export function requireFreeName(
  { name, package: { name: packageName } }: StrategyAnnouncement,
  others: readonly StrategyAnnouncement[],
): void {
  const owner = others.find((other) => other.name === name)?.package.name ?? packageName;
  if (owner === packageName) return;
  throw new ZooError(
    'PLUGIN_NAME_TAKEN',
    `The strategy ${name} of ${packageName} has the name of ${nameOwner(owner)}. Give it a name of its own.`,
  );
}

/** `@scope/name` has no folder of its own. */
function folderOf({ name, version, digest }: PackageIdentity): string {
  return `${name.replace('/', '+')}-${version}-${digest.slice(0, 12)}`;
}

/**
 * Moves it to where it stays. One that was removed and still lies there is taken back, unless its files were changed: jobs
 * may run from it, so it is left to the sweep and the new one lies beside it.
 *
 * @returns the name of its folder
 */
async function settle(from: string, pluginsFolder: string, identity: PackageIdentity): Promise<string> {
  const installs = join(pluginsFolder, 'installs');
  await mkdir(installs, { recursive: true });
  for (let copy = 1; ; copy += 1) {
    const name = copy === 1 ? folderOf(identity) : `${folderOf(identity)}~${copy}`;
    const to = join(installs, name);
    if ((await stat(to).catch(() => undefined)) === undefined) {
      await rename(from, to);
      return name;
    }
    const { name: packageName, digest } = identity;
    if (await isWhole(pluginsFolder, { package: packageName, digest, folder: name })) return name;
  }
}

function isWhole(pluginsFolder: string, install: Parameters<typeof readInstall>[1]): Promise<boolean> {
  return readInstall(pluginsFolder, install).then(
    () => true,
    (error: unknown) => {
      if (error instanceof ZooError) return false;
      throw error;
    },
  );
}

function versionTaken({ name, version }: PackageIdentity): ZooError {
  return new ZooError(
    'PLUGIN_VERSION_TAKEN',
    `${name} ${version} is installed already, and its files are others. Raise the version of the package, or remove the installed one first: zoo plugin remove ${name}@${version}`,
  );
}
