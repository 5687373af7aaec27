import { pino, type Logger } from 'pino';
import type { Config } from './config.js';
import { installedStrategies } from './jobs/launch/installed-strategies.js';
import { runWorker } from './jobs/worker/run-worker.js';
import { startServer } from './start-server.js';
import { ensureAdmin } from './zoo/access/ensure-admin.js';
import { scheduleGarbageCollection } from './zoo/blobs/collect-garbage.js';
import { openDatabase } from './zoo/database/open-database.js';
import { openObjectStore } from './zoo/object-store/open-object-store.js';
import type { Zoo } from './zoo/zoo.js';

/** A zoo that answers. */
export interface RunningZoo {
  /** Where it listens, for example `http://127.0.0.1:4000`. */
  url: string;
  /** The admin's token, the one time it can be shown: right after the first start. */
  adminToken: string | undefined;
  zoo: Zoo;
  /**
   * Lets running requests end and jobs go back to the queue, and closes everything in the order opposite to opening.
   *
   * @param options.finishJobsWithinMs how long running jobs may go on before they are given back; not at all by default.
   */
  close(options?: { finishJobsWithinMs?: number }): Promise<void>;
}

/**
 * Starts a zoo: database, object store, admin, HTTP server and, unless configured otherwise, a worker. What was opened
 * before something failed is closed again.
 *
 * @param log by default lines of JSON on standard error.
 * @throws ZooError DATA_DIRECTORY_LOCKED, DATABASE_UNAVAILABLE, STORE_UNAVAILABLE, DISK_NEARLY_FULL, PORT_IN_USE
 */
export async function serve(config: Config, log: Logger = standardLog(config)): Promise<RunningZoo> {
  const opened: ((options: { finishJobsWithinMs: number }) => Promise<void>)[] = [];
  const closeAll = async (options: { finishJobsWithinMs: number }) => {
    for (const close of opened.splice(0).reverse()) {
      await close(options).catch((error: unknown) => log.error({ err: error }, 'could not close cleanly'));
    }
  };
  try {
    const database = await openDatabase(config, log);
    opened.push(() => database.close());
    const store = await openObjectStore(config);
    opened.push(() => store.close());
    const zoo: Zoo = { config, database: database.dataSource, store, log };
    const admin = await ensureAdmin(zoo);
    const collection = scheduleGarbageCollection(zoo);
    opened.push(() => collection.stop());
    const server = await startServer(zoo);
    opened.push(() => server.close());
    if (config.worker.embedded) {
      const worker = await runWorker(zoo);
      opened.push(({ finishJobsWithinMs }) => worker.stop({ finishWithinMs: finishJobsWithinMs }));
    }
    // Strategy packages are read now, so that the first who asks for them need not wait; nor does the start.
    void installedStrategies(zoo).catch((error: unknown) =>
      log.error({ err: error }, 'strategies cannot be read'),
    );
    log.info({ url: server.url }, 'the zoo is open');
    return {
      url: server.url,
      adminToken: admin.token,
      zoo,
      close: ({ finishJobsWithinMs = 0 } = {}) => closeAll({ finishJobsWithinMs }),
    };
  } catch (error) {
    await closeAll({ finishJobsWithinMs: 0 });
    throw error;
  }
}

function standardLog(config: Config): Logger {
  return pino({ level: config.logLevel }, pino.destination(2));
}
