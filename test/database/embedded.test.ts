import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { connectDataSource } from '../../src/zoo/database/data-source.js';
import { startEmbeddedDatabase, type EmbeddedDatabase } from '../../src/zoo/database/embedded-database.js';
import { Account } from '../../src/zoo/database/entities/index.js';
import { isAlive, identifyProcess } from '../../src/zoo/database/process-identity.js';
import { openDatabase, type OpenDatabase } from '../../src/zoo/database/open-database.js';
import { copyOfEmbeddedData } from '../support/database.js';
import { embeddedConfig } from '../support/embedded-template.js';

const log = pino({ level: 'silent' });
let folder: string;
const open: { close(): Promise<void> }[] = [];

beforeEach(async () => {
  folder = await copyOfEmbeddedData();
});
afterEach(async () => {
  vi.useRealTimers();
  for (const database of open.splice(0).reverse()) await database.close();
  await rm(folder, { recursive: true, force: true });
});

async function start(): Promise<OpenDatabase> {
  const database = await openDatabase(embeddedConfig(folder), log);
  open.push(database);
  return database;
}

async function startSupervised(
  more: { stuckAfterMs?: number } = {},
): Promise<{ embedded: EmbeddedDatabase } & OpenDatabase> {
  const options = { dataDirectory: folder, minFreeBytes: 0, stuckAfterMs: 0, ...more };
  const embedded = await startEmbeddedDatabase(options, log);
  const dataSource = await connectDataSource(
    {
      address: { socketFolder: embedded.socketFolder },
      poolSize: 1,
      connectTimeoutMs: 10_000,
      statementTimeoutMs: 0,
    },
    log,
  );
  const close = async () => {
    await dataSource.destroy();
    await embedded.close();
  };
  open.push({ close });
  return { embedded, dataSource, close };
}

test('a data folder that is made is open to its user alone', async () => {
  const made = join(folder, 'made', 'zoo-data');
  await startEmbeddedDatabase({ dataDirectory: made, minFreeBytes: 0, stuckAfterMs: 0 }, log).then(
    (database) => open.push(database),
  );
  expect((await stat(made)).mode & 0o777).toBe(0o700);
});

test('rows are there again after closing and opening', async () => {
  const first = await openDatabase(embeddedConfig(folder), log);
  await first.dataSource.getRepository(Account).insert({ name: 'ada', kind: 'USER' });
  await first.close();
  const second = await start();
  expect(await second.dataSource.getRepository(Account).countBy({ name: 'ada' })).toBe(1);
});

test('a second server on the folder is refused, and the first goes on', async () => {
  const first = await start();
  await expect(openDatabase(embeddedConfig(folder), log)).rejects.toMatchObject({
    code: 'DATA_DIRECTORY_LOCKED',
    details: { pid: process.pid },
  });
  expect(await first.dataSource.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
});

test('a child killed with -9 loses no acknowledged row and is replaced', async () => {
  const { embedded, dataSource } = await startSupervised();
  const accounts = dataSource.getRepository(Account);
  const acknowledged: string[] = [];
  for (let round = 0; round < 3; round += 1) {
    const pid = embedded.pid() ?? 0;
    const writing = (async () => {
      for (let n = 0; ; n += 1) {
        const name = `row-${round}-${n}`;
        await accounts.insert({ name, kind: 'USER' });
        acknowledged.push(name);
        if (n === 20) process.kill(pid, 'SIGKILL');
      }
    })();
    const failure: unknown = await writing.catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
    await expect.poll(() => accounts.count()).toBeGreaterThan(0);
    expect(embedded.pid()).not.toBe(pid);
  }
  const rows = await accounts.find();
  expect(rows.map((row) => row.name)).toEqual(expect.arrayContaining(acknowledged));
  expect(acknowledged.length).toBeGreaterThan(60);
});

test('the child of a server killed with -9 ends by itself, and the next server finds every acknowledged row', async () => {
  const server = await startServerProcess();
  const acknowledged: string[] = [];
  let childPid = 0;
  server.on('message', (message: { pid?: number; name?: string }) => {
    if (message.pid !== undefined) childPid = message.pid;
    if (message.name === undefined) return;
    acknowledged.push(message.name);
    if (acknowledged.length === 25) server.kill('SIGKILL');
  });
  await once(server, 'exit');
  const child = await identifyProcess(childPid);
  const next = await start();
  expect(await isAlive(child)).toBe('no');
  const rows = await next.dataSource.getRepository(Account).find();
  expect(rows.map((row) => row.name)).toEqual(expect.arrayContaining(acknowledged));
  expect(acknowledged.length).toBeGreaterThanOrEqual(25);
});

test('a child that answers nothing any more is replaced', async () => {
  // What it is asked by goes as the test says: a machine with much to do is no reason to replace one that works.
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  const stuckAfterMs = 60_000;
  const { embedded, dataSource } = await startSupervised({ stuckAfterMs });
  const pid = embedded.pid() ?? 0;
  process.kill(pid, 'SIGSTOP');
  const failure = dataSource.query('SELECT 1').catch((error: unknown) => error);
  vi.advanceTimersByTime(stuckAfterMs);
  expect(embedded.pid()).toBe(pid);
  vi.advanceTimersByTime(stuckAfterMs / 2);
  vi.useRealTimers();
  expect(await failure).toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
  await expect.poll(() => dataSource.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  expect(embedded.pid()).not.toBe(pid);
});

test('a child gets nothing of the environment, credentials least of all', async () => {
  const { embedded } = await startSupervised();
  const environment = await readFile(`/proc/${embedded.pid()}/environ`, 'utf8').catch(() => '');
  expect(
    environment.split('\0').filter((entry) => entry !== '' && !entry.startsWith('NODE_CHANNEL')),
  ).toEqual([]);
});

test('closing leaves no process and no socket behind', async () => {
  const options = { dataDirectory: folder, minFreeBytes: 0, stuckAfterMs: 0 };
  const embedded = await startEmbeddedDatabase(options, log);
  const child = await identifyProcess(embedded.pid() ?? 0);
  expect(await isAlive(child)).toBe('yes');
  await embedded.close();
  expect(await isAlive(child)).toBe('no');
  await expect(access(embedded.socketFolder)).rejects.toMatchObject({ code: 'ENOENT' });
});

test('with too little disk space it does not start', async () => {
  const config = embeddedConfig(folder, { ZOO_MIN_FREE_DISK_BYTES: '8000TB' });
  await expect(openDatabase(config, log)).rejects.toMatchObject({ code: 'DISK_NEARLY_FULL' });
  await start();
});

test('a folder that holds no database it can read is an error that names no path', async () => {
  const damaged = await mkdtemp(join(tmpdir(), 'zoo-damaged-'));
  try {
    const stale = await openDatabase(embeddedConfig(damaged), log);
    await stale.close();
    await writeFile(join(damaged, 'database', 'global', 'pg_control'), 'no control file');
    const opening = openDatabase(embeddedConfig(damaged), log);
    await expect(opening).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
    await expect(opening).rejects.not.toThrow(damaged);
  } finally {
    await rm(damaged, { recursive: true, force: true });
  }
});

/** A server of its own that inserts accounts until it is killed, and tells of each that was acknowledged. */
async function startServerProcess(): Promise<ChildProcess> {
  const built = (path: string) => pathToFileURL(join(process.cwd(), 'dist', path)).href;
  const script = join(folder, 'server.mjs');
  await writeFile(
    script,
    `import { startEmbeddedDatabase } from '${built('zoo/database/embedded-database.js')}';
     import { connectDataSource } from '${built('zoo/database/data-source.js')}';
     const log = { warn() {}, error() {}, info() {}, debug() {}, fatal() {} };
     const embedded = await startEmbeddedDatabase({ dataDirectory: process.argv[2], minFreeBytes: 0, stuckAfterMs: 0 }, log);
     process.send({ pid: embedded.pid() });
     const dataSource = await connectDataSource(
       { address: { socketFolder: embedded.socketFolder }, poolSize: 1, connectTimeoutMs: 10000, statementTimeoutMs: 0 }, log);
     for (let n = 0; ; n += 1) {
       await dataSource.query("INSERT INTO accounts (name, kind) VALUES ($1, 'USER')", ['served-' + n]);
       process.send({ name: 'served-' + n });
     }`,
  );
  return fork(script, [folder], { execArgv: [] });
}
