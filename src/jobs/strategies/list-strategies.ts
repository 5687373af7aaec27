import type { AnnouncedStrategy } from '../../zoo/job-types.js';
import type { Zoo } from '../../zoo/zoo.js';
import { strategyCatalogue, type CatalogueEntry, type StrategyCatalogue } from './strategy-catalogue.js';

/** One build of a strategy, as lists show it. */
export interface ListedVersion extends AnnouncedStrategy {
  source: 'BUILT_IN' | 'PACKAGE';
  /** Workers alive that can run it. */
  workerCount: number;
}

/** A strategy that can be launched here: the build that a launch gets, and all there are. */
export interface ListedStrategy extends ListedVersion {
  versions: ListedVersion[];
}

/** The strategies that can be launched now, by name. */
export async function listStrategies(zoo: Zoo): Promise<ListedStrategy[]> {
  const catalogue = await strategyCatalogue(zoo);
  let list = lists.get(catalogue);
  if (list === undefined)
    lists.set(catalogue, (list = catalogue.names.flatMap((name) => listed(catalogue, name))));
  return list;
}

/**
 * One strategy by its name, in the version that is named or the one that a launch gets.
 *
 * @returns undefined where nobody has it.
 */
export async function findListedStrategy(
  zoo: Zoo,
  name: string,
  version: string | undefined,
): Promise<ListedStrategy | undefined> {
  const strategy = (await listStrategies(zoo)).find((candidate) => candidate.name === name);
  if (strategy === undefined || version === undefined) return strategy;
  const build = strategy.versions.find((candidate) => candidate.version === version);
  return build && { ...build, versions: strategy.versions };
}

/** The same catalogue gives the same list. */
const lists = new WeakMap<StrategyCatalogue, ListedStrategy[]>();

function listed(catalogue: StrategyCatalogue, name: string): ListedStrategy[] {
  const versions = catalogue.versionsOf(name).map(toVersion);
  const [first] = versions;
  return first === undefined ? [] : [{ ...first, versions }];
}

function toVersion({ announcement, able }: CatalogueEntry): ListedVersion {
  return {
    ...announcement,
    source: announcement.package.name === 'modelzoo' ? 'BUILT_IN' : 'PACKAGE',
    workerCount: able.length,
  };
}
