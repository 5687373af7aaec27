import { MigrationExecutor, type DataSource } from 'typeorm';

export interface MigrationStatus {
  /** The migration's words and timestamp, for example `initial1795000000000`. */
  name: string;
  applied: boolean;
  /** False for a migration that a newer version of Model Zoo has applied to this database. */
  known: boolean;
}

/** Any constant will do, as long as nothing else in the database uses it: the letters `zoo` and a number. */
const lockKey = 0x7a6f6f01;

/**
 * Applies what is not applied yet, in one transaction, under a lock: of several servers that start at once one
 * migrates, the others wait and find nothing left to do.
 *
 * @returns the names applied, oldest first.
 */
export async function migrateUp(dataSource: DataSource): Promise<string[]> {
  return underLock(dataSource, async (executor) => {
    const applied = await executor.executePendingMigrations();
    return applied.map((migration) => migration.name);
  });
}

/**
 * Takes back the newest `steps` migrations, and with them the rows they hold.
 *
 * @returns the names taken back, newest first.
 */
export async function migrateDown(dataSource: DataSource, steps = 1): Promise<string[]> {
  return underLock(dataSource, async (executor) => {
    const executed = await executor.getExecutedMigrations();
    const takenBack = executed
      .sort((one, other) => other.timestamp - one.timestamp)
      .slice(0, steps)
      .map((migration) => migration.name);
    for (const _ of takenBack) await executor.undoLastMigration();
    return takenBack;
  });
}

/** Every migration that this version knows or the database has, oldest first. Changes nothing. */
export async function migrationStatus(dataSource: DataSource): Promise<MigrationStatus[]> {
  const table: { found: string | null }[] = await dataSource.query(
    `SELECT to_regclass('migrations')::text AS found`,
  );
  const rows: { name: string }[] = table[0]?.found
    ? await dataSource.query('SELECT name FROM migrations ORDER BY timestamp')
    : [];
  const applied = new Set(rows.map((row) => row.name));
  const known = dataSource.migrations.map((migration) => migration.name ?? '');
  return [
    ...known.map((name) => ({ name, applied: applied.has(name), known: true })),
    ...[...applied]
      .filter((name) => !known.includes(name))
      .map((name) => ({ name, applied: true, known: false })),
  ];
}

/**
 * One connection, one transaction: the advisory lock goes when it ends, however it ends, also behind a pooler
 * that hands connections from one client to the next.
 */
async function underLock<T>(
  dataSource: DataSource,
  run: (executor: MigrationExecutor) => Promise<T>,
): Promise<T> {
  const queryRunner = dataSource.createQueryRunner();
  try {
    await queryRunner.startTransaction();
    await queryRunner.query('SET LOCAL statement_timeout = 0');
    await queryRunner.query('SET LOCAL lock_timeout = 0');
    await queryRunner.query('SELECT pg_advisory_xact_lock($1)', [lockKey]);
    const executor = new MigrationExecutor(dataSource, queryRunner);
    executor.transaction = 'all';
    const result = await run(executor);
    await queryRunner.commitTransaction();
    return result;
  } catch (error) {
    if (queryRunner.isTransactionActive) await queryRunner.rollbackTransaction().catch(() => undefined);
    throw error;
  } finally {
    await queryRunner.release();
  }
}
