import { join } from 'node:path';
import { ZooError } from '../../errors.js';
import { builtInSources, loadStrategies, type StrategySource } from '../loader.js';
import { Inspectors } from '../packages/inspect/inspectors.js';
import { locatePackages, type LocatedPackage } from '../packages/locate-packages.js';
import { pluginsFileMark } from '../packages/plugins-file.js';
import type { StrategyPackage } from '../packages/read-package.js';
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
  /** What is known without asking any package: a start does not wait for them. `current` asks the others. */
  known(): Promise<InstalledStrategies>;
  /** Has every package read anew the next time somebody asks: files may have changed of which plugins.json says nothing. */
  readAgain(): void;
  /** Ends the processes that packages were asked in. */
  close(): void;
}

/** After so long a package is asked again that did not answer: the machine may have been busy. */
const retryMs = 60_000;

/** Opens the strategies of an installation. Nothing is read before somebody asks. */
export function openInstalledStrategies(options: InstalledStrategiesOptions): StrategyInstallation {
  return new Installation(options);
}

class Installation implements StrategyInstallation {
  readonly #options: InstalledStrategiesOptions;
  readonly #inspectors: Inspectors;
  readonly #cache: DescriptionCache;
  #builtIns: Promise<Candidate[]> | undefined;
  /** The newest look at plugins.json, and what came of it. */
  #loading:
    { mark: string; survey: Promise<Survey>; whole: Promise<InstalledStrategies> | undefined } | undefined;
  #settled: InstalledStrategies | undefined;
  #retryAt = Infinity;

  constructor(options: InstalledStrategiesOptions) {
    this.#options = options;
    this.#inspectors = options.inspectors ?? new Inspectors();
    this.#cache = new DescriptionCache(join(options.pluginsFolder, 'descriptions'));
  }

  async current(): Promise<InstalledStrategies> {
    const loading = await this.#load();
    if (this.#retryAt < Date.now()) {
      // Whoever asks now is answered with what there was.
      const before = loading.whole;
      this.#retryAt = Infinity;
      void this.#ask(loading.survey).then(
        (strategies) => (loading.whole = Promise.resolve(strategies)),
        () => undefined,
      );
      if (before !== undefined) return before;
    }
    return (loading.whole ??= this.#ask(loading.survey));
  }

  async known(): Promise<InstalledStrategies> {
    const { survey } = await this.#load();
    return this.#assemble(await survey);
  }

  readAgain(): void {
    this.#loading = undefined;
  }

  close(): void {
    this.#inspectors.close();
  }

  /** Reads packages anew when plugins.json changed. What cannot be read now may be readable the next time. */
  async #load() {
    const mark = await pluginsFileMark(this.#options.pluginsFolder);
    if (this.#loading?.mark !== mark) {
      const loading = { mark, survey: this.#survey(), whole: undefined };
      this.#loading = loading;
      loading.survey.catch(() => (this.#loading = undefined));
    }
    return this.#loading;
  }

  async #survey(): Promise<Survey> {
    const { pluginsFolder, listed, builtIns = builtInSources } = this.#options;
    const own = await (this.#builtIns ??= loadBuiltIns(builtIns));
    const packages = await locatePackages(pluginsFolder, listed);
    return { own, packages: await Promise.all(packages.map((located) => this.#lookUp(located))) };
  }

  async #lookUp({ source, package: found }: LocatedPackage): Promise<Described> {
    if (found instanceof ZooError) return refusal(source, found);
    const announcement = await this.#cache.read(found);
    return announcement === undefined
      ? { unasked: { source, found } }
      : { candidate: { source, strategy: packageStrategy(announcement, found, this.#inspectors) } };
  }

  async #ask(surveyed: Promise<Survey>): Promise<InstalledStrategies> {
    const { own, packages } = await surveyed;
    const asked = packages.map(async (each): Promise<Described> => {
      if (each.unasked === undefined) return each;
      const { source, found } = each.unasked;
      try {
        const announcement = await this.#inspectors.describe(found);
        await this.#cache.write(announcement);
        return { candidate: { source, strategy: packageStrategy(announcement, found, this.#inspectors) } };
      } catch (error) {
        if (error instanceof ZooError) return refusal(source, error);
        throw error;
      }
    });
    const strategies = this.#assemble({ own, packages: await Promise.all(asked) });
    const mayRecover = strategies.refused.some(({ code }) => recoverable.includes(code));
    this.#retryAt = mayRecover ? Date.now() + retryMs : Infinity;
    return strategies;
  }

  /** The same object as before as long as it says the same. */
  #assemble({ own, packages }: Survey): InstalledStrategies {
    const strategies = assembleStrategies(
      [...own, ...packages.flatMap(({ candidate }) => candidate ?? [])],
      packages.flatMap(({ refused }) => refused ?? []),
    );
    if (this.#settled?.revision !== strategies.revision) this.#settled = strategies;
    return this.#settled;
  }
}

/** What is known of every package without asking any. */
interface Survey {
  own: Candidate[];
  packages: Described[];
}

interface Candidate {
  source: string;
  strategy: InstalledStrategy;
}

/** One of the three. */
interface Described {
  candidate?: Candidate;
  refused?: RefusedPackage;
  /** It has to be asked first. */
  unasked?: { source: string; found: StrategyPackage };
}

/** A busy machine looks like these. */
const recoverable: readonly string[] = ['PLUGIN_TIMED_OUT', 'PLUGIN_PROCESS_DIED'];

async function loadBuiltIns(sources: readonly StrategySource[]): Promise<Candidate[]> {
  const { all, refused } = await loadStrategies(sources);
  const [broken] = refused;
  // They are ours: one that does not load is a fault of this installation.
  if (broken !== undefined) throw new Error(`${broken.source} cannot be used: ${broken.reason}`);
  return all.map((strategy) => ({ source: 'modelzoo', strategy: builtInStrategy(strategy) }));
}

function refusal(source: string, { code, message }: ZooError): Described {
  return { refused: { source, code, reason: message } };
}
