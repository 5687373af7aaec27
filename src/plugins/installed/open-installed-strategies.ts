import { join } from 'node:path';
import { ZooError } from '../../errors.js';
import { builtInSources, loadStrategies, type StrategySource } from '../loader.js';
import { Inspectors } from '../packages/inspect/inspectors.js';
import { locatePackages, type LocatedPackage } from '../packages/locate-packages.js';
import { pluginsFileMark } from '../packages/plugins-file.js';
import { assembleStrategies } from './assemble-strategies.js';
import { builtInStrategy } from './built-in-strategy.js';
import { DescriptionCache } from './description-cache.js';
import type { InstalledStrategies, InstalledStrategy, RefusedPackage } from './installed-strategies.js';
import { packageStrategy } from './package-strategy.js';

export interface InstalledStrategiesOptions {
  /** Where `zoo plugin add` installs. It need not be there. */
  pluginsFolder: string;
  /** Packages that come with the installation: names, or absolute folders. */
  listed: readonly string[];
  builtIns?: readonly StrategySource[];
  inspectors?: Inspectors;
}

/** The strategies of this installation, which change when packages are added or removed while it runs. */
export interface StrategyInstallation {
  /** What there is now. It waits for packages that have to be asked first; the same object as long as nothing changed. */
  current(): Promise<InstalledStrategies>;
  /** What is known without waiting for any package. The others are asked in the background, for `current`. */
  known(): Promise<InstalledStrategies>;
  /** Ends the processes that packages were asked in. */
  close(): void;
}

/** After so long a package is asked again that did not answer: the machine may have been busy. */
const retryMs = 60_000;

/** Opens the strategies of an installation. Nothing is read before somebody asks. */
export function openInstalledStrategies(options: InstalledStrategiesOptions): StrategyInstallation {
  const { pluginsFolder, listed, builtIns = builtInSources, inspectors = new Inspectors() } = options;
  const cache = new DescriptionCache(join(pluginsFolder, 'descriptions'));
  let loading: { mark: string; result: Promise<InstalledStrategies> } | undefined;
  let settled: { strategies: InstalledStrategies; retryAt: number } | undefined;
  let ownStrategies: Promise<Candidate[]> | undefined;

  const load = async (describe: (located: LocatedPackage) => Promise<Described>) => {
    const own = await (ownStrategies ??= loadBuiltIns(builtIns));
    const packages = await locatedOrRefused(pluginsFolder, listed);
    const described = await Promise.all(packages.map(describe));
    return assembleStrategies(
      [...own, ...described.flatMap((each) => each?.candidate ?? [])],
      described.flatMap((each) => each?.refused ?? []),
    );
  };
  const fromCache = async (located: LocatedPackage): Promise<Described> => {
    const { source, package: found } = located;
    if (found instanceof ZooError) return refusal(source, found);
    const announcement = await cache.read(found);
    return (
      announcement && { candidate: { source, strategy: packageStrategy(announcement, found, inspectors) } }
    );
  };
  const asked = async (located: LocatedPackage): Promise<Described> => {
    const { source, package: found } = located;
    const known = await fromCache(located);
    if (known !== undefined || found instanceof ZooError) return known;
    try {
      const announcement = await inspectors.describe(found);
      await cache.write(announcement);
      return { candidate: { source, strategy: packageStrategy(announcement, found, inspectors) } };
    } catch (error) {
      if (error instanceof ZooError) return refusal(source, error);
      throw error;
    }
  };
  const reload = async (): Promise<InstalledStrategies> => {
    const loaded = await load(asked);
    const strategies = settled?.strategies.revision === loaded.revision ? settled.strategies : loaded;
    settled = { strategies, retryAt: mayRecover(loaded) ? Date.now() + retryMs : Infinity };
    return strategies;
  };
  const current = async (): Promise<InstalledStrategies> => {
    const mark = await pluginsFileMark(pluginsFolder);
    if (loading?.mark !== mark) {
      const result = reload();
      loading = { mark, result };
      // What cannot be read now may be readable the next time.
      result.catch(() => (loading = undefined));
    } else if (settled !== undefined && settled.retryAt < Date.now()) {
      settled.retryAt = Infinity;
      void reload().then(
        (strategies) => (loading = { mark, result: Promise.resolve(strategies) }),
        () => undefined,
      );
    }
    return loading.result;
  };
  return {
    current,
    async known() {
      const whole = current();
      whole.catch(() => undefined);
      const cached = await load(fromCache);
      return settled?.strategies.revision === cached.revision ? settled.strategies : cached;
    },
    close: () => inspectors.close(),
  };
}

interface Candidate {
  source: string;
  strategy: InstalledStrategy;
}

/** Undefined: it has to be asked first. */
type Described =
  | { candidate: Candidate; refused?: undefined }
  | { candidate?: undefined; refused: RefusedPackage }
  | undefined;

async function loadBuiltIns(sources: readonly StrategySource[]): Promise<Candidate[]> {
  const { all, refused } = await loadStrategies(sources);
  const [broken] = refused;
  // They are ours: one that does not load is a fault of this installation.
  if (broken !== undefined) throw new Error(`${broken.source} cannot be used: ${broken.reason}`);
  return all.map((strategy) => ({ source: 'modelzoo', strategy: builtInStrategy(strategy) }));
}

/** A plugins folder that cannot be read must not take the built-ins with it. */
async function locatedOrRefused(pluginsFolder: string, listed: readonly string[]): Promise<LocatedPackage[]> {
  try {
    return await locatePackages(pluginsFolder, listed);
  } catch (error) {
    if (!(error instanceof ZooError)) throw error;
    return [{ source: 'plugins.json', from: 'added', package: error }];
  }
}

function refusal(source: string, { code, message }: ZooError): Described {
  return { refused: { source, code, reason: message } };
}

function mayRecover({ refused }: InstalledStrategies): boolean {
  return refused.some(({ code }) => code === 'PLUGIN_TIMED_OUT' || code === 'PLUGIN_PROCESS_DIED');
}
