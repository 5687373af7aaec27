import { hostname } from 'node:os';
import type { AnnouncedStrategy } from '../../zoo/job-types.js';
import type { Zoo } from '../../zoo/zoo.js';
import { executeSql } from '../queue/execute-sql.js';
import type { EngineReport } from './probe-engine.js';

/** Without a heartbeat for so long a worker counts as gone. */
export const workerGoneAfterMs = 30_000;

/** A worker's row: that it is there, and what it can run. */
export class WorkerPresence {
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly zoo: Zoo,
    private readonly id: string,
    private readonly onBeat: () => Promise<void>,
  ) {}

  async announce(
    version: string,
    strategies: AnnouncedStrategy[],
    { chosen, failure }: EngineReport,
  ): Promise<void> {
    await executeSql(
      this.zoo.database,
      `INSERT INTO workers (id, name, engine, device, version, strategies, heartbeat_at)
       VALUES ($1, $2, $3, $4, $5, $6, now())`,
      [
        this.id,
        `${hostname()}:${process.pid}`,
        chosen?.name ?? 'none',
        chosen?.device ?? failure ?? '',
        version,
        JSON.stringify(strategies),
      ],
    );
    this.#timer = setInterval(() => void this.#beat(), workerGoneAfterMs / 4);
  }

  async withdraw(): Promise<void> {
    clearInterval(this.#timer);
    await executeSql(this.zoo.database, `DELETE FROM workers WHERE id = $1`, [this.id]);
  }

  async #beat(): Promise<void> {
    try {
      await executeSql(this.zoo.database, `UPDATE workers SET heartbeat_at = now() WHERE id = $1`, [this.id]);
      await executeSql(
        this.zoo.database,
        `DELETE FROM workers WHERE heartbeat_at < now() - interval '1 hour'`,
      );
      await this.onBeat();
    } catch (error) {
      this.zoo.log.warn({ err: error }, 'the worker’s sign of life did not get through');
    }
  }
}
