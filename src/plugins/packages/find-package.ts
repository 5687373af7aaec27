import { realpath, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/**
 * The folder of a package as modules in `from` import it: the nearest `node_modules` above that holds it, links followed.
 * Undefined where there is none.
 */
export async function findPackage(name: string, from: string): Promise<string | undefined> {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name);
    if (await isFile(join(candidate, 'package.json'))) return realpath(candidate);
    if (dirname(folder) === folder) return undefined;
  }
}

function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}
