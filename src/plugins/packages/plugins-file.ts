import { mkdir, open, readFile, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { ZooError } from '../../errors.js';
import { withFileLock } from '../../learning/features/file-lock.js';
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
  await mkdir(pluginsFolder, { recursive: true, mode: 0o700 });
  const patience = AbortSignal.timeout(lockedMs);
  return withFileLock(join(pluginsFolder, 'plugins.lock'), patience, async () => {
    const next = await change(await readPluginsFile(pluginsFolder));
    await replaceFile(join(pluginsFolder, 'plugins.json'), `${JSON.stringify(next, undefined, 2)}\n`);
    return next;
  }).catch((error: unknown) => {
    throw error === patience.reason ? busy() : error;
  });
}

/** How long another command may take to change the folder. */
const lockedMs = 30_000;

/** On the disk before it takes the old one's place, so that a power cut leaves either. */
async function replaceFile(path: string, text: string): Promise<void> {
  const temporary = `${path}.${process.pid}`;
  const file = await open(temporary, 'w');
  try {
    await file.writeFile(text);
    await file.datasync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
}

function busy(): ZooError {
  return new ZooError(
    'PLUGIN_INSTALL_FAILED',
    'Another command has been changing the plugins folder for half a minute. Wait for it; if there is none, delete plugins.lock in that folder.',
  );
}

function unreadable(): ZooError {
  return new ZooError(
    'PLUGIN_PACKAGE_INVALID',
    'plugins.json in the plugins folder cannot be read, or is not as `zoo plugin` writes it. Restore it, or move it away and add the packages again.',
  );
}
