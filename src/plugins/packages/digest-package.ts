import { createHash } from 'node:crypto';
import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ZooError } from '../../errors.js';
import { hashBytes } from '../../learning/sha256.js';

/** What a strategy package may be: it is code, not data. */
const maxFiles = 5_000;
const maxBytes = 100 * 1024 ** 2;

/** What does not come with a package when it is packed. */
const leftOut = new Set(['node_modules', '.git']);

/**
 * The digest of a package's own files, hexadecimal: SHA-256 over the lines that `sha256sum` writes for them, sorted by path.
 * Dependencies (`node_modules`) are not in it.
 *
 * @throws ZooError PLUGIN_PACKAGE_INVALID for symbolic links, special files, and more than code needs
 */
export async function digestPackage(folder: string): Promise<string> {
  const files = await listFiles(folder);
  const digest = createHash('sha256');
  for (const path of files) {
    digest.update(`${hashBytes(await readFile(join(folder, path)))}  ${path}\n`);
  }
  return digest.digest('hex');
}

/** Paths of the package's own files, relative, with `/`, in the order of their bytes. */
async function listFiles(folder: string): Promise<string[]> {
  const files: string[] = [];
  let bytes = 0;
  const pending = [''];
  for (let below = pending.pop(); below !== undefined; below = pending.pop()) {
    for (const entry of await readdir(join(folder, below), { withFileTypes: true })) {
      if (below === '' && leftOut.has(entry.name)) continue;
      const path = below === '' ? entry.name : `${below}/${entry.name}`;
      if (entry.isDirectory()) pending.push(path);
      else if (entry.isFile()) {
        files.push(path);
        bytes += (await lstat(join(folder, path))).size;
      } else refuse(`${path} is ${entry.isSymbolicLink() ? 'a symbolic link' : 'no ordinary file'}`);
      if (files.length > maxFiles) refuse(`it has more than ${maxFiles} files`);
      if (bytes > maxBytes) refuse(`its files are larger than ${maxBytes / 1024 ** 2} MB together`);
    }
  }
  return files.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

function refuse(what: string): never {
  throw new ZooError(
    'PLUGIN_PACKAGE_INVALID',
    `The package is not accepted: ${what}. A strategy package holds plain files of code.`,
  );
}
