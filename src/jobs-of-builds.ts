import { pino } from 'pino';
import type { Config } from './config.js';
import { executeSql } from './jobs/queue/execute-sql.js';
import { connectDatabase } from './zoo/database/open-database.js';

/** Jobs that are bound to some builds of strategies and have not ended. */
export interface JobsOfBuilds {
  queued: number;
  running: number;
}

/**
 * Counts them. The embedded database belongs to the server that may be running, and cannot be asked from beside it.
 *
 * @param digests of the builds
 * @returns undefined where the database is the embedded one
 * @throws ZooError DATABASE_UNAVAILABLE
 */
export async function jobsOfBuilds(
  config: Config,
  digests: readonly string[],
): Promise<JobsOfBuilds | undefined> {
  if (config.database.url === undefined) return undefined;
  const database = await connectDatabase(config, pino({ level: config.logLevel }, pino.destination(2)));
  try {
    const { rows } = await executeSql<JobsOfBuilds>(
      database.dataSource,
      `SELECT count(*) FILTER (WHERE state = 'QUEUED')::int AS queued,
              count(*) FILTER (WHERE state = 'RUNNING')::int AS running
         FROM jobs WHERE strategy_digest = ANY($1)`,
      [digests],
    );
    return rows[0];
  } finally {
    await database.close();
  }
}
