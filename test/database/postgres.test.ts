import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../src/config.js';
import { migrateDown, migrationStatus } from '../../src/zoo/database/migrate.js';
import { connectDatabase, openDatabase } from '../../src/zoo/database/open-database.js';
import { createTestDatabase, unavailableDatabases } from '../support/database.js';
import { leaveOut } from '../support/left-out.js';
import { freePort } from '../support/server-process.js';

const log = pino({ level: 'silent' });
const config = (url: string, more: Record<string, string> = {}) => loadConfig({ DATABASE_URL: url, ...more });

test('a server that is not there is DATABASE_UNAVAILABLE, at once and without the password', async () => {
  const opening = openDatabase(config(`postgres://zoo:s3cret@127.0.0.1:${await freePort()}/zoo`), log);
  const error: unknown = await opening.catch((caught: unknown) => caught);
  expect(error).toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
  expect(String(error)).toMatch(/Nothing listens at its address; .* DATABASE_URL/);
  expect(String(error)).not.toMatch(/s3cret|127\.0\.0\.1/);
});

for (const { name, remedy } of unavailableDatabases) leaveOut(`opening ${name}`, remedy);

describe.skipIf(unavailableDatabases.length > 0)('opening PostgreSQL', () => {
  test('servers that start at once on an empty database migrate it once, together', async () => {
    const database = await createTestDatabase();
    try {
      const migrations = await migrationStatus(database.dataSource);
      await migrateDown(database.dataSource, migrations.length);
      const servers = await Promise.all([1, 2, 3, 4].map(() => openDatabase(config(database.url), log)));
      const status = await migrationStatus(database.dataSource);
      expect(status).toEqual(migrations.map((migration) => ({ ...migration, applied: true })));
      await Promise.all(servers.map((server) => server.close()));
    } finally {
      await database.close();
    }
  });

  test('`zoo migrate` connects without changing the schema', async () => {
    const database = await createTestDatabase();
    try {
      const newest = await migrateDown(database.dataSource);
      const connected = await connectDatabase(config(database.url), log);
      const status = await migrationStatus(connected.dataSource);
      expect(status.filter((migration) => !migration.applied).map(({ name }) => name)).toEqual(newest);
      await connected.close();
    } finally {
      await database.close();
    }
  });

  test.each([
    // The user too: a server that trusts this machine asks nobody for a password.
    [
      'a wrong user and password',
      (url: URL) => Object.assign(url, { username: 'nobody-of-that-name', password: 'wr0ng' }),
      /refused the user/,
    ],
    ['an unknown database', (url: URL) => (url.pathname = '/nowhere'), /no such database/],
  ])('%s is named as such, without the password', async (_, change, message) => {
    const database = await createTestDatabase();
    try {
      const url = new URL(database.url);
      change(url);
      const error: unknown = await openDatabase(config(url.href), log).catch((caught: unknown) => caught);
      expect(error).toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
      expect(String(error)).toMatch(message);
      expect(String(error)).not.toContain(url.password);
    } finally {
      await database.close();
    }
  });

  test('connections say who they are and give up statements that take too long', async () => {
    const database = await createTestDatabase();
    const opened = await openDatabase(
      config(database.url, { DATABASE_STATEMENT_TIMEOUT_SECONDS: '1', DATABASE_POOL_SIZE: '2' }),
      log,
    );
    try {
      const [row] = await opened.dataSource.query<Record<string, string>[]>(
        `SELECT current_setting('application_name') AS name, current_setting('statement_timeout') AS timeout`,
      );
      expect(row).toEqual({ name: 'modelzoo', timeout: '1s' });
      await expect(opened.dataSource.query('SELECT pg_sleep(30)')).rejects.toMatchObject({
        driverError: { code: '57014' },
      });
    } finally {
      await opened.close();
      await database.close();
    }
  });

  test('a server that takes no writes is named as such, not as a full disk', async () => {
    const database = await createTestDatabase();
    try {
      const writing = database.dataSource.transaction(async (manager) => {
        await manager.query('SET TRANSACTION READ ONLY');
        await manager.query(`INSERT INTO accounts (name, kind) VALUES ('ada', 'USER')`);
      });
      await expect(writing).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
      await expect(writing).rejects.toThrow(/point DATABASE_URL at the primary/);
    } finally {
      await database.close();
    }
  });

  test('a connection that the server ends is DATABASE_UNAVAILABLE for its query and is then replaced', async () => {
    const database = await createTestDatabase();
    try {
      const failure: unknown = await database.dataSource
        .query('SELECT pg_terminate_backend(pg_backend_pid())')
        .catch((error: unknown) => error);
      expect(failure).toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
      await expect.poll(() => database.dataSource.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
    } finally {
      await database.close();
    }
  });
});
