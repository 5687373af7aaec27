import { PGlite } from '@electric-sql/pglite';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { databaseFault } from '../../src/zoo/database/database-fault.js';
import { SessionServer } from '../../src/zoo/database/session-server.js';
import { copyOfEmbeddedData } from '../support/database.js';

let folder: string;
let data: string;
let database: PGlite;
let server: SessionServer;
let writable = true;
const clients: pg.Client[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'zoo-'));
  data = await copyOfEmbeddedData();
  database = await PGlite.create({ dataDir: join(data, 'database') });
  server = new SessionServer(
    database,
    () => writable,
    (error) => {
      throw error;
    },
  );
  await server.listen(join(folder, '.s.PGSQL.5432'));
  await database.exec('CREATE TABLE notes (id int PRIMARY KEY, text text)');
});
afterEach(async () => {
  writable = true;
  await Promise.all(clients.splice(0).map((client) => client.end()));
});
afterAll(async () => {
  await server.close();
  await database.close();
  await Promise.all([folder, data].map((path) => rm(path, { recursive: true, force: true })));
});

async function connect(): Promise<pg.Client> {
  const client = new pg.Client({ host: folder, user: 'postgres', database: 'postgres' });
  client.on('error', () => undefined);
  await client.connect();
  clients.push(client);
  return client;
}

test('a transaction whose client goes away is rolled back before the next client is served', async () => {
  const first = await connect();
  await first.query('BEGIN');
  await first.query(`INSERT INTO notes VALUES (1, 'lost')`);
  const secondConnects = connect();
  (first as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
  const second = await secondConnects;
  expect((await second.query('SELECT count(*)::int AS count FROM notes')).rows).toEqual([{ count: 0 }]);
});

test('settings, prepared statements and temporary tables of one client are not there for the next', async () => {
  const first = await connect();
  await first.query(`SET timezone = 'Asia/Tokyo'`);
  await first.query('CREATE TEMP TABLE mine (id int)');
  await first.query({ name: 'one', text: 'SELECT 1 AS one' });
  await first.end();
  const second = await connect();
  expect((await second.query('SHOW timezone')).rows).not.toEqual([{ TimeZone: 'Asia/Tokyo' }]);
  await expect(second.query('SELECT * FROM mine')).rejects.toMatchObject({ code: '42P01' });
  expect((await second.query({ name: 'one', text: 'SELECT 2 AS two' })).rows).toEqual([{ two: 2 }]);
});

test('while the disk is nearly full it reads but does not write, and a person is told why', async () => {
  const client = await connect();
  writable = false;
  const refused = await client.query(`INSERT INTO notes VALUES (2, 'no')`).catch((error: unknown) => error);
  expect(databaseFault(refused, 'embedded')).toMatchObject({ code: 'DISK_NEARLY_FULL' });
  expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  writable = true;
  expect((await client.query(`INSERT INTO notes VALUES (2, 'yes')`)).rowCount).toBe(1);
});

test('a statement that fails leaves the protocol in step, with parameters and without', async () => {
  const client = await connect();
  await expect(client.query('SELEC 1')).rejects.toMatchObject({ code: '42601' });
  await expect(client.query('SELECT 1 / $1::int', [0])).rejects.toMatchObject({ code: '22012' });
  await expect(client.query('SELECT 1; SELECT 1 / 0; SELECT 2')).rejects.toMatchObject({ code: '22012' });
  expect((await client.query('SELECT $1::int AS n', [3])).rows).toEqual([{ n: 3 }]);
});

test('a client that asks for encryption is told that there is none', async () => {
  const client = new pg.Client({ host: folder, user: 'postgres', database: 'postgres', ssl: true });
  client.on('error', () => undefined);
  await expect(client.connect()).rejects.toThrow(/does not support SSL/);
  const next = await connect();
  expect((await next.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
});
