import { mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { ZooError } from '../../errors.js';
import { sha256Pattern } from '../../learning/sha256.js';

/** One name: it is joined to `installs`, and deleted there. */
const folderName = z.string().regex(/^(?!\.\.?$)[\w.+@~-]+$/);

const pluginsFile = z.object({
  installs: z
    .array(
      z.object({
        package: z.string(),
        version: z.string(),
        digest: z.string().regex(sha256Pattern),
        /** Name of its folder in `installs/`. What is in it never changes. */
        folder: folderName,
        addedAt: z.string(),
      }),
    )
    .default([]),
  /** Installs that nothing new may start from. Their folders go when no job can still run from them. */
  removed: z.array(z.object({ folder: folderName, removedAt: z.string() })).default([]),
});

/** What `plugins.json` in the plugins folder says: which packages are installed. */
export type PluginsFile = z.output<typeof pluginsFile>;
export type PluginInstall = PluginsFile['installs'][number];

/**
 * Reads it; nothing is installed where there is none.
 *
 * @throws ZooError PLUGIN_PACKAGE_INVALID when it is not one of ours
 */
export async function readPluginsFile(pluginsFolder: string): Promise<PluginsFile> {
  let content: string;
  try {
    content = await readFile(join(pluginsFolder, 'plugins.json'), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { installs: [], removed: [] };
    throw unreadable();
  }
  try {
    return pluginsFile.parse(JSON.parse(content));
  } catch {
    throw unreadable();
  }
}

/** Another text whenever the file was written since. */
export async function pluginsFileMark(pluginsFolder: string): Promise<string> {
  const found = await stat(join(pluginsFolder, 'plugins.json')).catch(() => undefined);
  return found === undefined ? 'none' : `${found.ino} ${found.mtimeMs} ${found.size}`;
}

/**
 * Changes it whole or not at all, one change at a time, whichever processes of this machine ask.
 *
 * @param change gets what it says and returns what it is to say, or throws to leave it
 */
export async function updatePluginsFile(
  pluginsFolder: string,
  change: (current: PluginsFile) => PluginsFile | Promise<PluginsFile>,
): Promise<PluginsFile> {
  const unlock = await lock(join(pluginsFolder, 'plugins.lock'));
  try {
    const next = await change(await readPluginsFile(pluginsFolder));
    const temporary = join(pluginsFolder, `plugins.json.${process.pid}`);
    await writeFile(temporary, `${JSON.stringify(next, undefined, 2)}\n`);
    await rename(temporary, join(pluginsFolder, 'plugins.json'));
    return next;
  } finally {
    await unlock();
  }
}

/** Holds the lock for a moment. That of a process that is gone is broken. */
async function lock(path: string): Promise<() => Promise<void>> {
  await mkdir(join(path, '..'), { recursive: true, mode: 0o700 });
  for (let tries = 0; tries < 600; tries += 1) {
    try {
      const file = await open(path, 'wx');
      await file.writeFile(String(process.pid));
      await file.close();
      return () => rm(path, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const holder = Number(await readFile(path, 'utf8').catch(() => ''));
    if (holder > 0 && !isAlive(holder)) await rm(path, { force: true });
    else await pause(50);
  }
  throw new ZooError(
    'PLUGIN_INSTALL_FAILED',
    'Another command has been changing the plugins folder for half a minute. Wait for it; if there is none, delete plugins.lock in that folder.',
  );
}

function isAlive(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

function unreadable(): ZooError {
  return new ZooError(
    'PLUGIN_PACKAGE_INVALID',
    'plugins.json in the plugins folder cannot be read, or is not as `zoo plugin` writes it. Restore it, or move it away and add the packages again.',
  );
}
