import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageVersion } from '../../package-version.js';
import type { StrategyAnnouncement } from '../announce.js';
import { description } from '../packages/inspect/inspector-protocol.js';
import type { StrategyPackage } from '../packages/read-package.js';

/**
 * What packages said of themselves, by digest and by the version of Model Zoo that asked: a file each, so that a start asks
 * none of them again. Where the folder cannot be written it is kept in memory.
 */
export class DescriptionCache {
  readonly #memory = new Map<string, StrategyAnnouncement>();

  constructor(private readonly folder: string) {}

  async read({ origin, contract }: StrategyPackage): Promise<StrategyAnnouncement | undefined> {
    const { digest } = origin.identity;
    const kept = this.#memory.get(digest);
    if (kept !== undefined) return kept;
    const content = await readFile(this.#pathOf(digest), 'utf8').catch(() => undefined);
    if (content === undefined) return undefined;
    try {
      const announcement = {
        ...description.parse(JSON.parse(content)),
        package: origin.identity,
        contract,
      };
      this.#memory.set(digest, announcement);
      return announcement;
    } catch {
      // Half a file, or somebody's hand: the package is asked again.
      return undefined;
    }
  }

  async write(announcement: StrategyAnnouncement): Promise<void> {
    const { package: identity, contract: _, ...described } = announcement;
    this.#memory.set(identity.digest, announcement);
    const path = this.#pathOf(identity.digest);
    try {
      await mkdir(this.folder, { recursive: true, mode: 0o700 });
      await writeFile(`${path}.${process.pid}`, JSON.stringify(described));
      await rename(`${path}.${process.pid}`, path);
    } catch {
      // Then only this process knows.
    }
  }

  #pathOf(digest: string): string {
    return join(this.folder, `${digest}-${packageVersion}.json`);
  }
}
