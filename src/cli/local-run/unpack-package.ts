import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import { ZooError } from '../../errors.js';
import { containedPath } from '../client/contained-path.js';

/** A strategy is code; it is not as large as this. */
const mostBytes = 100 * 1024 ** 2;

/**
 * Unpacks what `npm pack` made. Its files lie below one folder, `package/`, which becomes `target`.
 *
 * @throws ZooError PLUGIN_PACKAGE_INVALID, PATH_REFUSED
 */
export async function unpackPackage(tarball: string, target: string): Promise<void> {
  try {
    const tar = await promisify(gunzip)(await readFile(tarball), { maxOutputLength: mostBytes });
    await mkdir(target, { recursive: true });
    for await (const entry of Readable.from([tar]).pipe(extract())) {
      const { name, type } = entry.header;
      const content = await buffer(entry);
      if (type !== 'file' && type !== 'directory') throw refusal(`${name} is no ordinary file`);
      if (type === 'directory') continue;
      const path = containedPath(target, name.split('/').slice(1).join('/'));
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, content);
    }
  } catch (error) {
    if (error instanceof ZooError) throw error;
    const isLarge = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
    throw refusal(
      isLarge
        ? `its files are larger than ${mostBytes / 1024 ** 2} MB together`
        : 'it is no gzipped tar, or is damaged',
      error,
    );
  }
}

function refusal(what: string, cause?: unknown): ZooError {
  return new ZooError(
    'PLUGIN_PACKAGE_INVALID',
    `The tarball cannot be used: ${what}. Expected what \`npm pack\` makes of a strategy package.`,
    {},
    { cause },
  );
}
