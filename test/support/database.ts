import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import type { DataSource } from 'typeorm';
import { connectDataSource } from '../../src/zoo/database/data-source.js';
import { inDatabase, onServer } from './postgres-server.js';
import { sharedServer } from './shared-servers.js';

export interface TestDatabase {
  dataSource: DataSource;
  /** For a second process or data source on the same database. */
  url: string;
  close(): Promise<void>;
}

/** A fresh, migrated database of its own on a real PostgreSQL, in a tenth of a second. Close it after the test. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const { url: serverUrl, template } = await sharedServer('postgres');
  const name = `zoo_test_${randomUUID().replaceAll('-', '')}`;
  await onServer(serverUrl, `CREATE DATABASE ${name} TEMPLATE ${template}`);
  const url = inDatabase(serverUrl, name);
  const dataSource = await connectDataSource(
    { address: { url }, poolSize: 10, connectTimeoutMs: 10_000, statementTimeoutMs: 60_000 },
    pino({ level: 'silent' }),
  );
  return {
    dataSource,
    url,
    close: async () => {
      if (dataSource.isInitialized) await dataSource.destroy();
      await onServer(serverUrl, `DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
}
