import type { InstalledStrategies, InstalledStrategy } from '../../plugins/installed/installed-strategies.js';
import { compareVersions } from '../../plugins/packages/compare-versions.js';
import type { AnnouncedStrategy } from '../../zoo/job-types.js';
import type { Zoo } from '../../zoo/zoo.js';
import { installedStrategies } from '../launch/installed-strategies.js';
import { presentWorkers, type PresentWorker } from './present-workers.js';
import { unmetByWorker } from './worker-ability.js';

/** One build of a strategy that can be launched: the server has it, or a worker that is alive, or both. */
export interface CatalogueEntry {
  announcement: AnnouncedStrategy;
  /** Where the server has it too, it can be asked. */
  installed: InstalledStrategy | undefined;
  /** Workers alive that have it. */
  holders: PresentWorker[];
  /** Those of them that have what it needs. */
  able: PresentWorker[];
}

/** A package that cannot be used, and where. */
export interface RefusedSomewhere {
  source: string;
  code: string;
  reason: string;
  /** `server`, or names of workers. */
  places: string[];
}

/** Everything that server and living workers have, at one moment. */
export interface StrategyCatalogue {
  /** Sorted. */
  names: string[];
  /** What a launch gets comes first: the newest, and of builds with one version one that a worker can run. */
  versionsOf(name: string): readonly CatalogueEntry[];
  /** The one that a launch gets where version or digest are left out. */
  find(name: string, version?: string, digest?: string): CatalogueEntry | undefined;
  refused: RefusedSomewhere[];
  /** Workers alive, whatever they have. */
  workers: PresentWorker[];
}

/**
 * The strategies that can be launched now. It is asked for with every list and every launch, so it is put together anew
 * only when a worker came, went or announced something else, or the server's own strategies changed.
 */
export async function strategyCatalogue(zoo: Zoo): Promise<StrategyCatalogue> {
  const installed = await installedStrategies(zoo);
  const workers = (await presentWorkers(zoo.database)).filter(({ alive }) => alive);
  const state = JSON.stringify(
    workers.map(({ id, announcement, refused, hasGpu, jobMemoryBytes }) => [
      id,
      announcement,
      refused,
      hasGpu,
      jobMemoryBytes,
    ]),
  );
  const before = newest.get(zoo.database);
  if (before?.state === state && before.installed === installed) return before.catalogue;
  const catalogue = putTogether(installed, workers);
  newest.set(zoo.database, { state, installed, catalogue });
  return catalogue;
}

const newest = new WeakMap<
  Zoo['database'],
  { state: string; installed: InstalledStrategies; catalogue: StrategyCatalogue }
>();

function putTogether(installed: InstalledStrategies, workers: PresentWorker[]): StrategyCatalogue {
  const collected = new Collected();
  for (const strategy of installed.all) collected.add(strategy.announcement, 'server').installed = strategy;
  for (const { source, code, reason } of installed.refused)
    collected.refuse({ source, code, reason }, 'server');
  for (const worker of workers) {
    for (const strategy of worker.strategies) {
      const entry = collected.add(strategy, worker.name);
      if (entry.holders.at(-1) === worker) continue;
      entry.holders.push(worker);
      if (unmetByWorker(strategy.needs, worker).length === 0) entry.able.push(worker);
    }
    for (const refused of worker.refused) collected.refuse(refused, worker.name);
  }
  const versionsOf = (name: string) => collected.byName.get(name) ?? [];
  for (const versions of collected.byName.values()) versions.sort(preferred);
  return {
    names: [...collected.byName.keys()].sort(),
    versionsOf,
    find: (name, version, digest) =>
      versionsOf(name).find(
        ({ announcement }) =>
          (version === undefined || announcement.version === version) &&
          (digest === undefined || announcement.package.digest === digest),
      ),
    refused: [...collected.refused.values()],
    workers,
  };
}

class Collected {
  readonly byName = new Map<string, CatalogueEntry[]>();
  readonly refused = new Map<string, RefusedSomewhere>();

  /** The entry of this build. A name belongs to the package that had it first: the server's, then the oldest worker's. */
  add(announcement: AnnouncedStrategy, place: string): CatalogueEntry {
    const versions = this.byName.get(announcement.name) ?? [];
    const same = versions.find(
      (entry) =>
        entry.announcement.version === announcement.version &&
        entry.announcement.package.digest === announcement.package.digest,
    );
    if (same !== undefined) return same;
    const entry: CatalogueEntry = { announcement, installed: undefined, holders: [], able: [] };
    const owner = versions[0]?.announcement.package.name ?? announcement.package.name;
    if (owner === announcement.package.name) {
      this.byName.set(announcement.name, [...versions, entry]);
    } else {
      const { name, version } = announcement.package;
      this.refuse(
        {
          source: `${name} ${version}`,
          code: 'PLUGIN_NAME_TAKEN',
          reason: `its strategy ${announcement.name} has the name of one of ${owner}`,
        },
        place,
      );
    }
    return entry;
  }

  refuse({ source, code, reason }: Omit<RefusedSomewhere, 'places'>, place: string): void {
    const key = JSON.stringify([source, code, reason]);
    const refused = this.refused.get(key) ?? { source, code, reason, places: [] };
    if (!refused.places.includes(place)) refused.places.push(place);
    this.refused.set(key, refused);
  }
}

function preferred(a: CatalogueEntry, b: CatalogueEntry): number {
  return (
    compareVersions(b.announcement.version, a.announcement.version) ||
    Math.min(b.able.length, 1) - Math.min(a.able.length, 1) ||
    Number(b.installed !== undefined) - Number(a.installed !== undefined) ||
    (a.announcement.package.digest < b.announcement.package.digest ? -1 : 1)
  );
}
