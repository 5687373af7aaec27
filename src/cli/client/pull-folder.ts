import { readdir } from 'node:fs/promises';
import { ZooError } from '../../errors.js';

/**
 * Refuses a folder that holds something else: files of a version, and its card, would replace what has the same name.
 * What an earlier pull left, whole or not, is welcome.
 *
 * @param paths of the version's files, with slashes.
 * @throws ZooError FOLDER_INVALID
 */
export async function checkPullFolder(folder: string, paths: string[]): Promise<void> {
  const there = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    if (error.code === 'ENOTDIR') {
      throw new ZooError(
        'FOLDER_INVALID',
        `${folder} is a file; name a folder that is empty or not there yet.`,
      );
    }
    throw error;
  });
  const ours = new Set(paths.map((path) => path.split('/')[0]));
  if (there.length === 0 || there.some((name) => ours.has(name) || name.endsWith('.partial'))) return;
  throw new ZooError(
    'FOLDER_INVALID',
    `${folder} holds other files (${there.slice(0, 3).join(', ')}${there.length > 3 ? ', …' : ''}), some of which could be replaced; name a folder that is empty or not there yet.`,
  );
}
