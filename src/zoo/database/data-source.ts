import type { Logger as ZooLogger } from 'pino';
import pg from 'pg';
import { DataSource, type Logger } from 'typeorm';
import { ZooError } from '../../errors.js';
import { databaseFault, nameFaults } from './database-fault.js';
import { entities } from './entities/index.js';
import { GuardedPool, guardTransactions } from './guarded-pool.js';
import { readMigrations, toTypeOrmMigration } from './migrations.js';
import { ReadableNamingStrategy } from './naming-strategy.js';

export interface Connection {
  /** `postgres://…`, or the folder of a unix socket that speaks PostgreSQL's protocol. */
  address: { url: string } | { socketFolder: string };
  poolSize: number;
  /** How long a caller waits for a free connection, in milliseconds. */
  connectTimeoutMs: number;
  /** After this many milliseconds the database gives a statement up; 0: never. */
  statementTimeoutMs: number;
}

/**
 * Connects TypeORM: entities, migrations, readable names, the guarded pool.
 *
 * @throws ZooError DATABASE_UNAVAILABLE when it cannot be reached or is too old.
 */
export async function connectDataSource(connection: Connection, log: ZooLogger): Promise<DataSource> {
  const timeouts = connection.statementTimeoutMs > 0 && {
    statement_timeout: connection.statementTimeoutMs,
    idle_in_transaction_session_timeout: connection.statementTimeoutMs * 2,
  };
  const dataSource = new DataSource({
    type: 'postgres',
    ...('url' in connection.address
      ? { url: connection.address.url }
      : { host: connection.address.socketFolder, username: 'postgres', database: 'postgres' }),
    driver: { Pool: GuardedPool, types: pg.types, defaults: pg.defaults },
    applicationName: 'modelzoo',
    poolSize: connection.poolSize,
    connectTimeoutMS: connection.connectTimeoutMs,
    extra: { ...timeouts, keepAlive: true, ...('url' in connection.address ? {} : { idleTimeoutMillis: 0 }) },
    poolErrorHandler: (error: unknown) =>
      log.warn({ reason: databaseFault(error)?.message }, 'lost an idle database connection'),
    entities,
    migrations: readMigrations().map(toTypeOrmMigration),
    migrationsTableName: 'migrations',
    namingStrategy: new ReadableNamingStrategy(),
    // gen_random_uuid() is built in since PostgreSQL 13; nothing needs installing.
    uuidExtension: 'pgcrypto',
    installExtensions: false,
    maxQueryExecutionTime: 1000,
    logger: typeOrmLogger(log),
  });
  try {
    await dataSource.initialize();
    refuseOldServer(dataSource);
  } catch (error) {
    if (dataSource.isInitialized) await dataSource.destroy();
    throw databaseFault(error) ?? error;
  }
  guardTransactions(dataSource);
  nameFaults(dataSource, 'url' in connection.address ? undefined : 'embedded');
  return dataSource;
}

function refuseOldServer(dataSource: DataSource): void {
  const version = dataSource.driver.version ?? '';
  if (Number.parseInt(version, 10) >= 13) return;
  throw new ZooError(
    'DATABASE_UNAVAILABLE',
    `The database is PostgreSQL ${version}; Model Zoo needs 13 or newer. Point DATABASE_URL at a newer server.`,
  );
}

/** SQL text only: parameters can hold what people wrote and hashes of tokens. */
function typeOrmLogger(log: ZooLogger): Logger {
  return {
    logQuery: () => undefined,
    logQueryError: (error, query) => log.debug({ err: error, query }, 'query failed'),
    logQuerySlow: (milliseconds, query) =>
      log.warn({ milliseconds, query: query.slice(0, 500) }, 'slow query'),
    logSchemaBuild: (message) => log.debug(message),
    logMigration: (message) => log.debug(message),
    log: (level, message) => log[level === 'warn' ? 'warn' : 'debug'](String(message)),
  };
}
