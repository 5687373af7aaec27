import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Node's switch for its permission model; Node 20 has it under its first name. */
export const permissionFlag = process.allowedNodeEnvironmentFlags.has('--permission')
  ? '--permission'
  : '--experimental-permission';

/** The flags that let a process read these files, and folders that end in `/`. */
export function readFlags(paths: readonly string[]): string[] {
  // Node 20 aborts when one path is named twice.
  const shortest = [...new Set(paths)].filter(
    (path) => !paths.some((other) => other !== path && other.endsWith('/') && path.startsWith(other)),
  );
  return shortest.map((path) => `--allow-fs-read=${path}`);
}

/** What of this installation a process reads that runs a package's code: code, never data that lies beside it. */
export function installationPaths(): string[] {
  return [
    join(installationFolder, 'package.json'),
    join(installationFolder, 'dist', '/'),
    join(installationFolder, 'node_modules', '/'),
    ...enclosing(installationFolder),
  ];
}

/** The folder of this Model Zoo's own package.json. */
export const installationFolder = fileURLToPath(new URL('../../..', import.meta.url)).replace(/\/$/, '');

/** A package, what it imports, and what was installed beside it. */
export function packagePaths(folder: string): string[] {
  return [join(folder, '/'), ...enclosing(folder)];
}

/** The `node_modules` folders above a folder. */
function enclosing(folder: string): string[] {
  const above = dirname(folder);
  if (above === folder) return [];
  const here = basename(above) === 'node_modules' ? above : join(above, 'node_modules');
  return [join(here, '/'), ...enclosing(above)];
}
