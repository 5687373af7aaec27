import { randomUUID } from 'node:crypto';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import type { DataSource } from 'typeorm';
import { connectDataSource } from '../../src/zoo/database/data-source.js';
import { openDatabase } from '../../src/zoo/database/open-database.js';
import { embeddedConfig } from './embedded-template.js';
import { inDatabase, onServer, postgresAvailable, postgresRemedy } from './postgres-server.js';
import { sharedServer } from './shared-servers.js';

export interface TestDatabase {
  dataSource: DataSource;
  close(): Promise<void>;
}

/** Every implementation that a contract suite of something database-backed runs on; see `leaveOut` for the others. */
export const availableDatabases: { name: string; create(): Promise<TestDatabase> }[] = [
  { name: 'embedded PGlite', create: createEmbeddedTestDatabase },
  ...(postgresAvailable() ? [{ name: 'PostgreSQL', create: createTestDatabase }] : []),
];

export const unavailableDatabases: { name: string; remedy: string }[] = postgresAvailable()
  ? []
  : [{ name: 'PostgreSQL', remedy: postgresRemedy }];

/** A fresh, migrated database of its own on a real PostgreSQL, in a tenth of a second. Close it after the test. */
export async function createTestDatabase(): Promise<TestDatabase & { url: string }> {
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
    /** For a second process or data source on the same database. */
    url,
    close: async () => {
      if (dataSource.isInitialized) await dataSource.destroy();
      await onServer(serverUrl, `DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
}

/** A fresh, migrated embedded database in a process of its own. */
export async function createEmbeddedTestDatabase(): Promise<TestDatabase & { dataDirectory: string }> {
  const dataDirectory = await copyOfEmbeddedData();
  const database = await openDatabase(embeddedConfig(dataDirectory), pino({ level: 'silent' }));
  return {
    dataSource: database.dataSource,
    dataDirectory,
    close: async () => {
      await database.close();
      await rm(dataDirectory, { recursive: true, force: true });
    },
  };
}

/** A data folder with a migrated, closed embedded database in it. The caller removes it. */
export async function copyOfEmbeddedData(): Promise<string> {
  const { dataDirectory: template } = await sharedServer('embedded');
  const dataDirectory = await mkdtemp(join(tmpdir(), 'zoo-embedded-'));
  await cp(join(template, 'database'), join(dataDirectory, 'database'), { recursive: true });
  return dataDirectory;
}
