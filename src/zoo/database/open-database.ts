import type { Logger } from 'pino';
import type { DataSource } from 'typeorm';
import type { Config } from '../../config.js';
import { connectDataSource } from './data-source.js';
import { startEmbeddedDatabase } from './embedded-database.js';
import { migrateUp, migrationStatus } from './migrate.js';

/**
 * A connected database. `close` ends its connections and, for the embedded one, its process.
 *
 * The one rule: inside `dataSource.transaction(async (manager) => …)` use `manager` for everything, never `dataSource`
 * or a repository of it. See `GuardedPool`, which throws when the rule is broken. And keep transactions short: no
 * uploads, no downloads, no waiting for anybody, because on the embedded database everybody waits for you.
 */
export interface OpenDatabase {
  dataSource: DataSource;
  close(): Promise<void>;
}

/**
 * Opens the database that the configuration names, PostgreSQL or the embedded one, and applies pending migrations.
 *
 * @throws ZooError DATABASE_UNAVAILABLE, DATA_DIRECTORY_LOCKED, DISK_NEARLY_FULL
 */
export async function openDatabase(config: Config, log: Logger): Promise<OpenDatabase> {
  const database = await connectDatabase(config, log);
  try {
    const applied = await migrateUp(database.dataSource);
    if (applied.length > 0) log.info({ applied }, 'migrated the database');
    const unknown = (await migrationStatus(database.dataSource)).filter((migration) => !migration.known);
    if (unknown.length > 0) {
      log.warn(
        { unknown: unknown.map((migration) => migration.name) },
        'a newer version of Model Zoo has migrated this database; update this server',
      );
    }
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** Opens the database and leaves its schema as it is: for `zoo migrate`. */
export async function connectDatabase(config: Config, log: Logger): Promise<OpenDatabase> {
  const { url, poolSize, statementTimeoutMs } = config.database;
  if (url !== undefined) {
    const dataSource = await connectDataSource(
      { address: { url }, poolSize, connectTimeoutMs: 10_000, statementTimeoutMs },
      log,
    );
    return { dataSource, close: () => dataSource.destroy() };
  }
  const embedded = await startEmbeddedDatabase(
    {
      dataDirectory: config.dataDirectory,
      minFreeBytes: config.limits.minFreeDiskBytes,
      // Replacing the process ends everybody's statements, so it is the last resort for one that takes too long.
      stuckAfterMs: statementTimeoutMs * 5,
    },
    log,
  );
  try {
    const dataSource = await connectDataSource(
      {
        address: { socketFolder: embedded.socketFolder },
        // One session is all that there is: callers queue here, in order, instead of inside the database.
        poolSize: 1,
        connectTimeoutMs: 60_000,
        // PGlite does not hold to a statement timeout; the supervisor of its process does.
        statementTimeoutMs: 0,
      },
      log,
    );
    return {
      dataSource,
      close: async () => {
        await dataSource.destroy();
        await embedded.close();
      },
    };
  } catch (error) {
    await embedded.close();
    throw error;
  }
}
