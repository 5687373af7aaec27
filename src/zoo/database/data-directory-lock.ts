import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { ZooError } from '../../errors.js';
import { identifyProcess, isAlive, type ProcessIdentity } from './process-identity.js';

/**
 * Sole use of a data folder. Two embedded databases on one folder would both work and lose each other's rows, and
 * Node has no `flock`, so the lock is made of files: `lock/1`, `lock/2`, …, where the highest number counts.
 *
 * A holder that is gone (killed with -9, machine restarted, process number given to another program) is succeeded by
 * *linking* the next number, which only one contender can do; nobody ever deletes or overwrites the highest file, so
 * there is no moment in which two believe to hold it.
 */
export interface DataDirectoryLock {
  release(): Promise<void>;
}

interface LockRecord {
  holder: ProcessIdentity;
  /** The server whose child the holder is. Once it is gone the holder is about to go as well. */
  server: ProcessIdentity;
  host: string;
  released: boolean;
}

const defaultTiming = {
  /** How long a holder whose server is gone gets to finish. */
  farewellMs: 30_000,
  /** A holder on another machine or in another container shows life by touching its file this often … */
  touchMs: 2_000,
  /** … and is taken for gone when it has not for this long. */
  silenceMs: 15_000,
};

/**
 * Takes the lock, or refuses.
 *
 * @param server process number of the server on whose behalf this process holds it.
 * @throws ZooError DATA_DIRECTORY_LOCKED
 */
export async function lockDataDirectory(
  dataDirectory: string,
  server: number,
  timing = defaultTiming,
): Promise<DataDirectoryLock> {
  const folder = join(dataDirectory, 'lock');
  await mkdir(folder, { recursive: true });
  const record: LockRecord = {
    holder: await identifyProcess(process.pid),
    server: await identifyProcess(server),
    host: hostname(),
    released: false,
  };
  const candidate = join(folder, `candidate-${randomUUID()}`);
  await writeFile(candidate, JSON.stringify(record), { flush: true });
  try {
    for (;;) {
      const highest = await highestNumber(folder);
      if (highest > 0) await awaitEnd(join(folder, String(highest)), timing);
      const path = join(folder, String(highest + 1));
      if (!(await linked(candidate, path))) continue;
      if ((await highestNumber(folder)) !== highest + 1) {
        // Another contender was further on; ours was a number that had been cleared away.
        await rm(path, { force: true });
        continue;
      }
      await removeLower(folder, highest + 1);
      return hold(path, record, timing.touchMs);
    }
  } finally {
    await rm(candidate, { force: true });
  }
}

function hold(path: string, record: LockRecord, touchMs: number): DataDirectoryLock {
  // In a thread of its own: the thread of the database is blocked while a query runs.
  const touching = new Worker(
    `const { utimesSync } = require('node:fs');
     const { workerData } = require('node:worker_threads');
     setInterval(() => { const now = new Date(); try { utimesSync(workerData.path, now, now); } catch {} }, workerData.everyMs);`,
    { eval: true, workerData: { path, everyMs: touchMs }, env: {}, execArgv: [] },
  );
  touching.unref();
  return {
    release: async () => {
      await touching.terminate();
      // Not deleted: the number must stay the highest (see above).
      await writeFile(path, JSON.stringify({ ...record, released: true }), { flush: true });
    },
  };
}

/** Returns when the holder has released the lock or is gone; throws when it has not and is not. */
async function awaitEnd(path: string, timing: typeof defaultTiming): Promise<void> {
  const { farewellMs, touchMs, silenceMs } = timing;
  const startedAt = performance.now();
  let touched = await lastTouch(path);
  let touchSeenAt = startedAt;
  for (;;) {
    const record = await read(path);
    if (record === undefined || record.released) return;
    const alive = await isAlive(record.holder);
    if (alive === 'no') return;
    if (alive === 'yes') {
      if ((await isAlive(record.server)) !== 'no' || performance.now() - startedAt > farewellMs)
        throw locked(record);
    } else {
      const touchedNow = await lastTouch(path);
      if (touchedNow !== touched && performance.now() - startedAt > touchMs / 2) throw locked(record);
      if (touchedNow !== touched) [touched, touchSeenAt] = [touchedNow, performance.now()];
      if (performance.now() - touchSeenAt > silenceMs) return;
    }
    await sleep(50);
  }
}

function locked(record: LockRecord): ZooError {
  const where = record.host === hostname() ? '' : ` on ${record.host}`;
  return new ZooError(
    'DATA_DIRECTORY_LOCKED',
    `Another server (process ${record.server.pid}${where}) uses this data folder. Stop it, name a folder of its own by ` +
      'ZOO_DATA_DIR or --data-dir, or set DATABASE_URL so that several servers share one PostgreSQL.',
    { pid: record.server.pid, host: record.host },
  );
}

/** Undefined for a file that has just been cleared away by a successor, which the caller's loop then meets. */
async function read(path: string): Promise<LockRecord | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as LockRecord;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    // Being rewritten by release(), or damaged: either way nobody holds it any more.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

async function lastTouch(path: string): Promise<number> {
  return stat(path).then(
    (status) => status.mtimeMs,
    () => 0,
  );
}

async function highestNumber(folder: string): Promise<number> {
  const numbers = (await readdir(folder)).filter((name) => /^\d+$/.test(name)).map(Number);
  return Math.max(0, ...numbers);
}

async function linked(candidate: string, path: string): Promise<boolean> {
  try {
    await link(candidate, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function removeLower(folder: string, number: number): Promise<void> {
  for (const name of await readdir(folder)) {
    if (/^\d+$/.test(name) && Number(name) < number) await rm(join(folder, name), { force: true });
  }
}
