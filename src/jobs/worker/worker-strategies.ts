import type { InstalledStrategies, InstalledStrategy } from '../../plugins/installed/installed-strategies.js';
import type { Zoo } from '../../zoo/zoo.js';
import { installedStrategies, knownStrategies } from '../launch/installed-strategies.js';
import type { BoundStrategy } from '../queue/claim-job.js';
import { unmetByWorker, type WorkerAbility } from '../strategies/worker-ability.js';
import type { WorkerStock } from './worker-presence.js';

/**
 * The strategies that a worker has, as they come and go while it runs. Its start waits for no package: one that has to be
 * asked first is there with a later heartbeat.
 */
export class WorkerStrategies {
  #announced: string;

  private constructor(
    private readonly zoo: Zoo,
    private readonly ability: WorkerAbility,
    private installed: InstalledStrategies,
  ) {
    this.#announced = installed.revision;
    this.#logRefused();
  }

  static async open(zoo: Zoo, ability: WorkerAbility): Promise<WorkerStrategies> {
    return new WorkerStrategies(zoo, ability, await knownStrategies(zoo));
  }

  /** What there is to announce. Strategies that need what this worker lacks are among it: others may tell why they wait. */
  get stock(): WorkerStock {
    return {
      strategies: this.installed.all.map(({ announcement }) => announcement),
      refused: this.installed.refused,
    };
  }

  /** Looks whether packages were added or removed. */
  async refresh(): Promise<void> {
    const before = this.installed.revision;
    this.installed = await installedStrategies(this.zoo);
    if (this.installed.revision !== before) this.#logRefused();
  }

  /** What there is to announce after another look; undefined where it is what was announced last. */
  async changedStock(): Promise<WorkerStock | undefined> {
    await this.refresh();
    if (this.installed.revision === this.#announced) return undefined;
    this.#announced = this.installed.revision;
    return this.stock;
  }

  canRun(strategy: BoundStrategy): boolean {
    const found = this.find(strategy);
    return found !== undefined && unmetByWorker(found.announcement.needs, this.ability).length === 0;
  }

  /** Exactly the build that a job is bound to. */
  find({ name, version, digest }: BoundStrategy): InstalledStrategy | undefined {
    const found = this.installed.find(name, version, digest ?? undefined);
    return digest === null && found?.origin.kind !== 'built-in' ? undefined : found;
  }

  #logRefused(): void {
    for (const refused of this.installed.refused) this.zoo.log.error(refused, 'a strategy cannot be used');
  }
}
