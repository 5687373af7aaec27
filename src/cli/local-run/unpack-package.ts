import { createReadStream } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import { ZooError } from '../../errors.js';
import { containedPath } from '../client/contained-path.js';

/** A strategy is code; nothing in it is this large. */
const mostBytes = 100 * 1024 ** 2;

/**
 * Unpacks what `npm pack` made. Its files lie below one folder, `package/`, which becomes `target`.
 *
 * @throws ZooError PLUGIN_PACKAGE_INVALID
 */
export async function unpackPackage(tarball: string, target: string): Promise<void> {
  const refuse = (what: string, cause?: unknown): never => {
    throw new ZooError(
      'PLUGIN_PACKAGE_INVALID',
      `The tarball cannot be used: ${what}. Expected what \`npm pack\` makes of a strategy package.`,
      {},
      { cause },
    );
  };
  let bytesLeft = mostBytes;
  try {
    const archive = createReadStream(tarball).pipe(createGunzip());
    for await (const entry of archive.pipe(extract())) {
      const { name, type, size = 0 } = entry.header;
      bytesLeft -= size;
      if (bytesLeft < 0) refuse(`its files are larger than ${mostBytes / 1024 ** 2} MB together`);
      if (type !== 'file' && type !== 'directory') refuse(`${name} is no ordinary file`);
      const content = await buffer(entry);
      if (type === 'directory') continue;
      const path = containedPath(target, name.split('/').slice(1).join('/'));
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, content);
    }
  } catch (error) {
    if (error instanceof ZooError) throw error;
    refuse('it is no gzipped tar, or damaged', error);
  }
  await mkdir(join(target), { recursive: true });
}
