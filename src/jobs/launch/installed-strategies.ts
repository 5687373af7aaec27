import type { Config } from '../../config.js';
import type { InstalledStrategies } from '../../plugins/installed/installed-strategies.js';
import {
  openInstalledStrategies,
  type StrategyInstallation,
} from '../../plugins/installed/open-installed-strategies.js';
import { sweepRemovedPackages } from '../../plugins/installed/remove-package.js';
import type { Zoo } from '../../zoo/zoo.js';

/**
 * The strategies of this installation as they are now, packages that were added or removed a moment ago included. Asked
 * often: as long as nothing changed it is the same object.
 */
export function installedStrategies(zoo: Pick<Zoo, 'config'>): Promise<InstalledStrategies> {
  return installationOf(zoo).current();
}

/** The same without waiting for packages that nobody has asked yet: a start does not wait for them. */
export function knownStrategies(zoo: Pick<Zoo, 'config'>): Promise<InstalledStrategies> {
  return installationOf(zoo).known();
}

/** Has all packages read anew: one of them is not what it was. */
export function readStrategiesAgain(zoo: Pick<Zoo, 'config'>): void {
  installationOf(zoo).readAgain();
}

const installations = new WeakMap<Config, StrategyInstallation>();

function installationOf({ config }: Pick<Zoo, 'config'>): StrategyInstallation {
  let installation = installations.get(config);
  if (installation === undefined) {
    const { folder: pluginsFolder, listed } = config.plugins;
    installation = openInstalledStrategies({ pluginsFolder, listed });
    installations.set(config, installation);
    // A folder that somebody else keeps, or that is damaged, stays as it is; reading it says what is wrong.
    void sweepRemovedPackages(pluginsFolder, config.worker.jobTimeoutMs).catch(() => undefined);
  }
  return installation;
}
