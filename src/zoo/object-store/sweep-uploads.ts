import { readdir, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { isErrno } from './local-store-error.js';

/** How long the bytes of an upload that broke off are kept. */
export const keepUploadsMs = 24 * 60 * 60 * 1000;

/**
 * Drops files of a local store's `uploads/` folder: partial uploads untouched for a day, and temporary files whose
 * process is gone (at once on the same host, after a day when the host is another or the process id lives on).
 */
export async function sweepUploads(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    if ((await untouchedForMs(path)) > keepUploadsMs || ownerIsGone(name)) await rm(path, { force: true });
  }
}

async function untouchedForMs(path: string): Promise<number> {
  try {
    return Date.now() - (await stat(path)).mtimeMs;
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return 0;
    throw error;
  }
}

/** `<host>.<process id>.<uuid>.temporary`; the host may have dots of its own. */
function ownerIsGone(name: string): boolean {
  const owner = /^(.+)\.(\d+)\.[0-9a-f-]{36}\.temporary$/.exec(name);
  if (owner === null || owner[1] !== hostname()) return false;
  try {
    process.kill(Number(owner[2]), 0);
    return false;
  } catch (error) {
    return isErrno(error, 'ESRCH');
  }
}
