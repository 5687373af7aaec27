import { hostname } from 'node:os';
import { hashBytes } from '../../learning/sha256.js';
import type { AnnouncedStrategy, RefusedStrategy } from '../../zoo/job-types.js';
import type { Zoo } from '../../zoo/zoo.js';
import { executeSql } from '../queue/execute-sql.js';
import type { WorkerAbility } from '../strategies/worker-ability.js';

/** Without a heartbeat for so long a worker counts as gone. */
export const workerGoneAfterMs = 30_000;

/** What a worker is, from its start to its end. */
export interface WorkerFacts extends WorkerAbility {
  /** Version of Model Zoo. */
  version: string;
  engine: string;
  device: string;
}

/** What a worker has installed. */
export interface WorkerStock {
  strategies: AnnouncedStrategy[];
  refused: RefusedStrategy[];
}

export interface PresenceOptions {
  beatMs?: number;
  /** Called with every heartbeat: what it returns is announced anew; undefined: nothing changed. */
  onBeat(): Promise<WorkerStock | undefined>;
}

/** A worker's row: that it is there, and what it can run. */
export class WorkerPresence {
  #timer: NodeJS.Timeout | undefined;
  #stock: WorkerStock = { strategies: [], refused: [] };
  #isWritten = false;
  #beat: Promise<void> | undefined;

  constructor(
    private readonly zoo: Zoo,
    private readonly id: string,
    private readonly facts: WorkerFacts,
    private readonly options: PresenceOptions,
  ) {}

  /** Says what the worker has, for the first time or anew. The first time starts the heartbeats. */
  async announce(stock: WorkerStock): Promise<void> {
    this.#stock = stock;
    this.#isWritten = false;
    const { engine, device, version, hasGpu, jobMemoryBytes } = this.facts;
    const text = JSON.stringify(stock.strategies);
    await executeSql(
      this.zoo.database,
      `INSERT INTO workers (id, name, engine, device, version, has_gpu, job_memory_bytes, strategies, announcement, refused,
                            heartbeat_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, now())
       ON CONFLICT (id) DO UPDATE
         SET strategies = excluded.strategies, announcement = excluded.announcement, refused = excluded.refused,
             heartbeat_at = excluded.heartbeat_at`,
      [
        this.id,
        `${hostname()}:${process.pid}`,
        engine,
        device,
        version,
        hasGpu,
        jobMemoryBytes,
        text,
        hashBytes(text),
        JSON.stringify(stock.refused),
      ],
    );
    this.#isWritten = true;
    this.#timer ??= setInterval(
      () => {
        this.#beat ??= this.#showLife().finally(() => (this.#beat = undefined));
      },
      this.options.beatMs ?? workerGoneAfterMs / 4,
    );
  }

  async withdraw(): Promise<void> {
    clearInterval(this.#timer);
    // One that is under way might announce the worker again.
    await this.#beat;
    await executeSql(this.zoo.database, `DELETE FROM workers WHERE id = $1`, [this.id]);
  }

  async #showLife(): Promise<void> {
    try {
      const { count } = await executeSql(
        this.zoo.database,
        `UPDATE workers SET heartbeat_at = now() WHERE id = $1`,
        [this.id],
      );
      await executeSql(
        this.zoo.database,
        `DELETE FROM workers WHERE heartbeat_at < now() - interval '1 hour'`,
      );
      const changed = await this.options.onBeat();
      // A worker that was paused for an hour finds its row removed.
      if (changed !== undefined || count === 0 || !this.#isWritten)
        await this.announce(changed ?? this.#stock);
    } catch (error) {
      this.zoo.log.warn({ err: error }, 'the worker’s sign of life did not get through');
    }
  }
}
