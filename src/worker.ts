import { pino, type Logger } from 'pino';
import type { Config } from './config.js';
import { ZooError } from './errors.js';
import { runWorker } from './jobs/worker/run-worker.js';
import { openDatabase } from './zoo/database/open-database.js';
import { openObjectStore } from './zoo/object-store/open-object-store.js';
import type { Zoo } from './zoo/zoo.js';

/** A worker that takes jobs. */
export interface StandaloneWorker {
  /** As `workers` lists it. */
  id: string;
  /**
   * Takes no more jobs, gives running ones back and closes what was opened.
   *
   * @param options.finishJobsWithinMs how long running jobs may go on before they are given back; not at all by default.
   */
  close(options?: { finishJobsWithinMs?: number }): Promise<void>;
}

/**
 * Starts a worker in a process of its own, beside servers that share its database and object store.
 *
 * @param log by default lines of JSON on standard error.
 * @throws ZooError CONFIG_INVALID without DATABASE_URL, DATABASE_UNAVAILABLE, STORE_UNAVAILABLE
 */
export async function startWorker(
  config: Config,
  log: Logger = pino({ level: config.logLevel }, pino.destination(2)),
): Promise<StandaloneWorker> {
  if (config.database.url === undefined) {
    throw new ZooError(
      'CONFIG_INVALID',
      'DATABASE_URL is not set. The embedded database belongs to one `zoo serve`, which runs a worker of its own; a separate worker needs the PostgreSQL that its servers use.',
    );
  }
  const database = await openDatabase(config, log);
  try {
    const store = await openObjectStore(config);
    try {
      const zoo: Zoo = { config, database: database.dataSource, store, log };
      const worker = await runWorker(zoo);
      return {
        id: worker.id,
        async close({ finishJobsWithinMs = 0 } = {}) {
          await worker.stop({ finishWithinMs: finishJobsWithinMs });
          await store.close();
          await database.close();
        },
      };
    } catch (error) {
      await store.close();
      throw error;
    }
  } catch (error) {
    await database.close();
    throw error;
  }
}
