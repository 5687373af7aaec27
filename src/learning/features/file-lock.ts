import { randomBytes } from 'node:crypto';
import { link, mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

const pollMs = 200;
const heartbeatMs = 5_000;
/** Without a sign of life for so long, the holder counts as dead. */
const staleMs = 60_000;

/**
 * Runs `work` while holding a lock file, waiting for whoever holds it. A lock whose process is gone is taken over.
 * Two holders at once are possible if a process sleeps for longer than a minute, or if the folder takes no files:
 * `work` must stay correct then, and only waste effort.
 *
 * @param onWait called once if the lock is held by another.
 * @throws `signal.reason` when aborted while waiting.
 */
export async function withFileLock<T>(
  path: string,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
  onWait?: () => void,
): Promise<T> {
  const token = randomBytes(8).toString('hex');
  const content = JSON.stringify({ pid: process.pid, host: hostname(), token });
  let hasWaited = false;
  for (let state = await create(path, content); state !== 'created'; state = await create(path, content)) {
    signal?.throwIfAborted();
    if (state === 'impossible') return work();
    if (!hasWaited) onWait?.();
    hasWaited = true;
    if (!(await removeIfDead(path, token))) await wait(pollMs, undefined, { signal }).catch(() => undefined);
  }
  const heartbeat = setInterval(() => void touch(path), heartbeatMs);
  heartbeat.unref();
  try {
    signal?.throwIfAborted();
    return await work();
  } finally {
    clearInterval(heartbeat);
    // Someone else's lock, taken over from us, stays.
    if ((await readFile(path, 'utf8').catch(() => '')) === content) await rm(path, { force: true });
  }
}

/**
 * Runs `work` while holding several locks. They are taken in the order of their names, so that two who want the same
 * ones do not wait for each other.
 */
export async function withFileLocks<T>(
  paths: readonly string[],
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
  onWait?: () => void,
): Promise<T> {
  const [first, ...others] = [...new Set(paths)].sort();
  if (first === undefined) return work();
  return withFileLock(first, signal, () => withFileLocks(others, signal, work, onWait), onWait);
}

/**
 * Removes the locks in a folder that a process of this machine held when it ended. Others would find that it is gone by
 * themselves; this leaves nothing for them to find.
 */
export async function releaseLocksOf(processId: number, folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter((entry) => entry.endsWith('.lock'))) {
    const path = join(folder, name);
    const content = await readFile(path, 'utf8').catch(() => '');
    const { pid, host } = holderIn(content);
    if (pid === processId && host === hostname()) await rm(path, { force: true });
  }
}

async function create(path: string, content: string): Promise<'created' | 'taken' | 'impossible'> {
  try {
    await mkdir(dirname(path), { recursive: true });
  } catch {
    return 'impossible';
  }
  try {
    await writeFile(path, content, { flag: 'wx' });
    return 'created';
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return 'taken';
    // On a full disk the file is there, but empty.
    await rm(path, { force: true }).catch(() => undefined);
    return 'impossible';
  }
}

/** True when the lock was removed, or is gone by itself. */
async function removeIfDead(path: string, token: string): Promise<boolean> {
  const state = await stat(path).catch(() => undefined);
  if (state === undefined) return true;
  const content = await readFile(path, 'utf8').catch(() => '');
  const silent = Date.now() - state.mtimeMs > staleMs;
  if (!silent && holderLives(content)) return false;
  // Renaming lets only one of several waiters win. One that comes late has the winner's new lock in hand, and puts it back.
  const aside = `${path}.${token}`;
  await rename(path, aside).catch(() => undefined);
  const taken = await readFile(aside, 'utf8').catch(() => content);
  if (taken !== content) await link(aside, path).catch(() => undefined);
  await rm(aside, { force: true });
  return true;
}

function holderLives(content: string): boolean {
  const holder = holderIn(content);
  // Created, but not yet written: its age decides.
  if (holder.host !== hostname() || typeof holder.pid !== 'number') return true;
  try {
    process.kill(holder.pid, 0);
    return true;
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
}

function holderIn(content: string): { pid?: unknown; host?: unknown } {
  try {
    return JSON.parse(content) as { pid?: unknown; host?: unknown };
  } catch {
    return {};
  }
}

async function touch(path: string): Promise<void> {
  const now = new Date();
  await utimes(path, now, now).catch(() => undefined);
}
