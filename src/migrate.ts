import { pino } from 'pino';
import type { Config } from './config.js';
import { connectDatabase } from './zoo/database/open-database.js';
import { migrateDown, migrateUp, migrationStatus, type MigrationStatus } from './zoo/database/migrate.js';

/** What `zoo migrate` did, and how the database stands now. */
export interface MigrationReport {
  applied: string[];
  takenBack: string[];
  status: MigrationStatus[];
}

/**
 * Connects to the configured database without touching its schema, does as asked and disconnects.
 *
 * @param action `up` applies what is pending, `down` takes the newest `steps` back, `status` only looks.
 * @throws ZooError DATABASE_UNAVAILABLE, DATA_DIRECTORY_LOCKED
 */
export async function migrateDatabase(
  config: Config,
  action: 'up' | 'down' | 'status',
  steps: number,
): Promise<MigrationReport> {
  const database = await connectDatabase(config, pino({ level: config.logLevel }, pino.destination(2)));
  try {
    const { dataSource } = database;
    const applied = action === 'up' ? await migrateUp(dataSource) : [];
    const takenBack = action === 'down' ? await migrateDown(dataSource, steps) : [];
    return { applied, takenBack, status: await migrationStatus(dataSource) };
  } finally {
    await database.close();
  }
}
