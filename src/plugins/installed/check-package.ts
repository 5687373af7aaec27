import { ZooError } from '../../errors.js';
import type { StrategyAnnouncement } from '../announce.js';
import { Inspectors } from '../packages/inspect/inspectors.js';
import { locatePackages } from '../packages/locate-packages.js';
import { examinePackage, type PackageProblem, type StrategyPackage } from '../packages/read-package.js';
import { stagePackage } from '../packages/stage-package.js';
import { requireFreeName } from './add-package.js';
import { openInstalledStrategies } from './open-installed-strategies.js';

/** What was found out about a package. */
export interface CheckedPackage {
  source: string;
  /** Left out where it could not be described. */
  strategy?: StrategyAnnouncement;
  /** Everything that is wrong, as far as one gets; empty where it can be used. */
  problems: PackageProblem[];
}

interface Place {
  pluginsFolder: string;
  listed: readonly string[];
}

/** Looks at a package as `addPackage` would, says everything that is wrong with it, and leaves nothing behind. */
export async function checkPackage(place: Place, source: string): Promise<CheckedPackage> {
  const inspectors = new Inspectors();
  try {
    const staged = await stagePackage(place.pluginsFolder, source);
    try {
      const { found, problems } = await examinePackage(staged.folder);
      if (found === undefined) return { source, problems };
      const installed = await openInstalledStrategies({ ...place, inspectors }).current();
      return await describe(source, found, inspectors, (strategy) =>
        requireFreeName(
          strategy,
          installed.all.map(({ announcement }) => announcement),
        ),
      );
    } finally {
      await staged.discard();
    }
  } catch (error) {
    return { source, problems: [problemOf(error)] };
  } finally {
    inspectors.close();
  }
}

/** Reads and imports anew every package that is added or listed. */
export async function checkInstalledPackages({ pluginsFolder, listed }: Place): Promise<CheckedPackage[]> {
  const inspectors = new Inspectors();
  try {
    const seen: StrategyAnnouncement[] = [];
    const checked: CheckedPackage[] = [];
    for (const { source, package: found } of await locatePackages(pluginsFolder, listed)) {
      const result =
        found instanceof ZooError
          ? { source, problems: [problemOf(found)] }
          : await describe(source, found, inspectors, (strategy) => requireFreeName(strategy, seen));
      if (result.strategy !== undefined) seen.push(result.strategy);
      checked.push(result);
    }
    return checked;
  } finally {
    inspectors.close();
  }
}

async function describe(
  source: string,
  found: StrategyPackage,
  inspectors: Inspectors,
  requireMore: (strategy: StrategyAnnouncement) => void,
): Promise<CheckedPackage> {
  let strategy: StrategyAnnouncement | undefined;
  try {
    strategy = await inspectors.describe(found);
    requireMore(strategy);
    return { source, strategy, problems: [] };
  } catch (error) {
    return { source, strategy, problems: [problemOf(error)] };
  }
}

/** @throws whatever is no refusal of ours */
function problemOf(error: unknown): PackageProblem {
  if (!(error instanceof ZooError)) throw error;
  return { code: error.code, message: error.message };
}
