import { stat } from 'node:fs/promises';
import { join } from 'node:path';

/** The conditions under which Node imports an ES module, besides `default`. */
const conditions = new Set(['node', 'import']);

/**
 * The main module of a package as Node resolves it for `import`: its `exports` if there are, else `main`, else index.js.
 * Done here because Node resolves only what the asking module could import, and nothing of a package is imported in this
 * process.
 *
 * @returns the path within the package, or why there is none
 * @see https://nodejs.org/api/esm.html#resolution-algorithm-specification PACKAGE_EXPORTS_RESOLVE
 */
export async function resolveEntry(
  folder: string,
  { exports, main }: { exports?: unknown; main?: unknown },
): Promise<{ entry: string; problem?: undefined } | { entry?: undefined; problem: string }> {
  const hasExports = exports !== undefined && exports !== null;
  const target = hasExports ? mainTarget(exports) : plainPath(main ?? 'index.js');
  if (target === undefined) {
    return {
      problem: hasExports
        ? '"exports" in package.json has no module to import for "."'
        : '"main" in package.json is not a path',
    };
  }
  const isFile = await stat(join(folder, target)).then(
    (found) => found.isFile(),
    () => false,
  );
  return isFile
    ? { entry: join(folder, target) }
    : { problem: `its main module ${target} is not there; build the package before it is packed` };
}

function mainTarget(exports: unknown): string | undefined {
  if (isObject(exports) && Object.keys(exports).some((key) => key.startsWith('.'))) {
    return targetOf(exports['.']);
  }
  return targetOf(exports);
}

function targetOf(target: unknown): string | undefined {
  if (typeof target === 'string') return target.startsWith('./') ? plainPath(target) : undefined;
  if (Array.isArray(target)) {
    for (const each of target) {
      const found = targetOf(each);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  if (!isObject(target)) return undefined;
  for (const [condition, below] of Object.entries(target)) {
    if (condition !== 'default' && !conditions.has(condition)) continue;
    const found = targetOf(below);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A path inside the package, with neither `..` nor `node_modules` in it; undefined for anything else. */
function plainPath(path: unknown): string | undefined {
  if (typeof path !== 'string' || path.includes('\\') || path.startsWith('/')) return undefined;
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  return parts.length === 0 || parts.includes('..') || parts.includes('node_modules')
    ? undefined
    : parts.join('/');
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
