import { afterAll, beforeAll, expect, test } from 'vitest';
import { migrateDown, migrateUp, migrationStatus } from '../../src/zoo/database/migrate.js';
import { readMigrations } from '../../src/zoo/database/migrations.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());

test('the entities and the migrated schema do not drift apart', async () => {
  expect(await drift()).toEqual([]);
});

test('each migration goes down again, leaving nothing of its own, and up again', async () => {
  const migrations = readMigrations();
  const before = await tables();
  for (let index = migrations.length - 1; index >= 0; index -= 1) {
    const migration = migrations[index];
    expect(await migrateDown(database.dataSource)).toEqual([`${migration?.name}${migration?.timestamp}`]);
  }
  expect(await tables()).toEqual(['public.migrations']);
  expect(await functions()).toEqual([]);
  expect((await migrationStatus(database.dataSource)).every((migration) => !migration.applied)).toBe(true);

  expect(await migrateUp(database.dataSource)).toEqual(
    migrations.map(({ name, timestamp }) => name + timestamp),
  );
  expect(await tables()).toEqual(before);
  expect(await drift()).toEqual([]);
  expect(await migrateUp(database.dataSource)).toEqual([]);
});

/** The statements that TypeORM would run to make the schema what the entities say. */
async function drift(): Promise<string[]> {
  const { upQueries } = await database.dataSource.driver.createSchemaBuilder().log();
  return upQueries.map((query) => query.query);
}

/** Every table outside PostgreSQL's own schemas. */
async function tables(): Promise<string[]> {
  const rows: { name: string }[] = await database.dataSource.query(
    `SELECT schemaname || '.' || tablename AS name FROM pg_tables
     WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1`,
  );
  return rows.map((row) => row.name);
}

/** Functions that a migration made; those of extensions belong to the extension. */
async function functions(): Promise<string[]> {
  const rows: { name: string }[] = await database.dataSource.query(
    `SELECT proname AS name FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
     WHERE n.nspname NOT IN ('pg_catalog', 'information_schema')
       AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')`,
  );
  return rows.map((row) => row.name);
}
