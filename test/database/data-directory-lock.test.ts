import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lockDataDirectory } from '../../src/zoo/database/data-directory-lock.js';
import { identifyProcess, isAlive } from '../../src/zoo/database/process-identity.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'zoo-lock-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const fast = { farewellMs: 500, touchMs: 50, silenceMs: 400 };

test('a held folder is refused, a released one is given', async () => {
  const first = await lockDataDirectory(folder, process.pid);
  const refused = lockDataDirectory(folder, process.pid);
  await expect(refused).rejects.toMatchObject({
    code: 'DATA_DIRECTORY_LOCKED',
    details: { pid: process.pid },
  });
  await expect(refused).rejects.toThrow(
    /Stop it, name a folder of its own by ZOO_DATA_DIR or --data-dir, or set DATABASE_URL/,
  );
  await first.release();
  const second = await lockDataDirectory(folder, process.pid);
  await expect(lockDataDirectory(folder, process.pid)).rejects.toMatchObject({
    code: 'DATA_DIRECTORY_LOCKED',
  });
  await second.release();
});

test('of many contenders for a folder whose holder died exactly one gets it', async () => {
  await leaveRecord({ holder: await deadProcess() });
  const attempts = await Promise.allSettled(
    Array.from({ length: 25 }, () => lockDataDirectory(folder, process.pid)),
  );
  const winners = attempts.filter((attempt) => attempt.status === 'fulfilled');
  expect(winners).toHaveLength(1);
  await winners[0]?.value.release();
  expect((await readdir(join(folder, 'lock'))).filter((name) => name.startsWith('candidate'))).toEqual([]);
});

test('a process number that another program got since is not mistaken for the holder', async () => {
  const self = await identifyProcess(process.pid);
  expect(await isAlive(self)).toBe('yes');
  await leaveRecord({ holder: { ...self, started: `${self.started}0` } });
  await (await lockDataDirectory(folder, process.pid)).release();
});

test('a holder that outlives its server gets a moment to finish, then the folder is refused', async () => {
  const self = await identifyProcess(process.pid);
  await leaveRecord({ holder: self, server: await deadProcess() });
  await expect(lockDataDirectory(folder, process.pid, fast)).rejects.toMatchObject({
    code: 'DATA_DIRECTORY_LOCKED',
  });
});

test('a holder in another container that shows life is respected', async () => {
  const path = await leaveRecord({ holder: { pid: 1, started: '1', scope: 'another machine' } });
  const touching = setInterval(() => void utimes(path, new Date(), new Date()), fast.touchMs);
  // As soon as it is seen to touch its file; a moment without is no silence.
  const patient = { ...fast, silenceMs: 60_000 };
  await expect(lockDataDirectory(folder, process.pid, patient)).rejects.toMatchObject({
    code: 'DATA_DIRECTORY_LOCKED',
  });
  clearInterval(touching);
});

test('a holder in another container that has fallen silent is succeeded', async () => {
  await leaveRecord({ holder: { pid: 1, started: '1', scope: 'another machine' } });
  await (await lockDataDirectory(folder, process.pid, fast)).release();
});

test('a lock file that a crash left half written does not lock the folder for ever', async () => {
  await mkdir(join(folder, 'lock'));
  await writeFile(join(folder, 'lock', '7'), '{"holder":');
  const lock = await lockDataDirectory(folder, process.pid);
  expect(await readdir(join(folder, 'lock'))).toEqual(['8']);
  await lock.release();
});

async function leaveRecord(record: { holder: object; server?: object }): Promise<string> {
  await mkdir(join(folder, 'lock'));
  const path = join(folder, 'lock', '3');
  await writeFile(path, JSON.stringify({ server: record.holder, host: 'box', released: false, ...record }));
  return path;
}

/** The identity of a process that did run, and has ended. */
async function deadProcess() {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  await once(child, 'spawn');
  const identity = await identifyProcess(child.pid ?? 0);
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
  return identity;
}
