import { builtInStrategy } from '../../plugins/installed/built-in-strategy.js';
import type { InstalledStrategies } from '../../plugins/installed/installed-strategies.js';
import { loadStrategies } from '../../plugins/loader.js';
import type { Zoo } from '../../zoo/zoo.js';

let loading: Promise<InstalledStrategies> | undefined;

/** The strategies of this installation as they are now. Asked often: as long as nothing changed it is the same object. */
export function installedStrategies(_zoo: Pick<Zoo, 'config'>): Promise<InstalledStrategies> {
  return (loading ??= load());
}

async function load(): Promise<InstalledStrategies> {
  const loaded = await loadStrategies();
  const all = loaded.all.map((strategy) => builtInStrategy(strategy));
  return {
    all,
    refused: loaded.refused.map(({ source, reason }) => ({
      source,
      reason,
      code: 'PLUGIN_METADATA_INVALID',
    })),
    find: (name, version, digest) =>
      all.find(
        ({ announcement }) =>
          announcement.name === name &&
          (version === undefined || announcement.version === version) &&
          (digest === undefined || announcement.package.digest === digest),
      ),
    revision: 'built-in',
  };
}
