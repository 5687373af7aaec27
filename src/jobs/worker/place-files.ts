import { isAbsolute, join, normalize } from 'node:path';
import { ZooError } from '../../errors.js';
import type { PreparationOptions } from './prepare-work.js';

/** A file of a version, as its rows name it. */
export interface NamedBlob {
  path: string;
  sha256: string;
  sizeBytes: number;
}

type Placing = Pick<PreparationOptions, 'cache' | 'signal' | 'fetched'>;

/** Paths were checked when the version was published; they are checked again before they name a file of this machine. */
export function within(folder: string, files: NamedBlob[]): NamedBlob[] {
  return files.map((file) => {
    const path = normalize(file.path);
    if (isAbsolute(path) || path === '..' || path.startsWith('../')) {
      throw new ZooError('INTERNAL', 'a stored version has a path outside its folder');
    }
    return { ...file, path: join(folder, path) };
  });
}

/** Puts files where they are wanted, from the cache or the store, every digest checked. */
export async function placeFiles(files: NamedBlob[], phase: string, options: Placing): Promise<void> {
  const total = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  let done = 0;
  options.fetched(phase, done, total);
  for (const file of files) {
    await options.cache.place(file, file.path, options.signal);
    done += file.sizeBytes;
    options.fetched(phase, done, total);
  }
  await options.cache.evict();
}
