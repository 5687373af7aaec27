import { isAbsolute, join, normalize, sep } from 'node:path';
import { ZooError } from '../../errors.js';

/**
 * Where a file of a version goes below `folder`. The server is not trusted with that: a name that climbs out, is
 * absolute, or has parts that mean something else on some system is refused.
 *
 * @throws ZooError PATH_REFUSED
 */
export function containedPath(folder: string, path: string): string {
  const parts = path.split('/');
  const suspicious =
    path.length === 0 ||
    path.includes('\\') ||
    [...path].some((character) => character < ' ') ||
    /^[a-z]:/i.test(path) ||
    isAbsolute(path) ||
    parts.some((part) => part === '' || part === '.' || part === '..');
  const target = normalize(join(folder, ...parts));
  if (suspicious || !target.startsWith(normalize(folder + sep))) {
    throw new ZooError(
      'PATH_REFUSED',
      `The version holds a file named ${JSON.stringify(path)}; it would be written outside of the folder, so nothing was pulled.`,
    );
  }
  return target;
}
