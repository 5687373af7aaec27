import { readdir, realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { StrategyOrigin } from './strategy-package.js';

/** Node's switch for its permission model; Node 20 has it under its first name. */
export const permissionFlag = process.allowedNodeEnvironmentFlags.has('--permission')
  ? '--permission'
  : '--experimental-permission';

/** The flag that lets a process read a file, or a folder with all below it, also one that is not there yet. */
export function readFlag(path: string): string {
  return `--allow-fs-read=${wholeTree(path)}`;
}

/** What the permission model calls a file, or a folder with all below it. */
export function wholeTree(path: string): string {
  return path.endsWith('.json') || path.endsWith('.js') ? path : join(path, '*');
}

/** The folder of this Model Zoo's own package.json. */
export const installationFolder = fileURLToPath(new URL('../../..', import.meta.url)).replace(/\/$/, '');

/**
 * Everything that a process reads to run a strategy: the code of this installation, never data that lies beside it; the
 * package, and what was installed with it. Each once: Node 20 aborts when a path is named twice.
 */
export async function codePaths(origin: StrategyOrigin): Promise<string[]> {
  const paths = [
    join(installationFolder, 'package.json'),
    join(installationFolder, 'dist'),
    join(installationFolder, 'node_modules'),
    ...enclosing(installationFolder),
    ...(origin.kind === 'package' ? withEnclosing(origin.folder) : []),
  ];
  return [...new Set(await withLinkTargets(paths))];
}

function withEnclosing(folder: string): string[] {
  return [folder, join(folder, 'node_modules'), ...enclosing(folder)];
}

/** The `node_modules` folders above a folder. */
function enclosing(folder: string): string[] {
  const above = dirname(folder);
  if (above === folder) return [];
  const here = basename(above) === 'node_modules' ? above : join(above, 'node_modules');
  return [here, ...enclosing(above)];
}

/** A `node_modules` may be a link, or hold links to packages elsewhere: Node asks for where they lead. */
async function withLinkTargets(paths: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const path of new Set(paths)) {
    const target = await realpath(path).catch(() => undefined);
    // Most of the node_modules above a folder are not there.
    if (target === undefined) continue;
    found.push(path, target);
    if (basename(path) === 'node_modules') found.push(...(await linkedPackages(path)));
  }
  return found;
}

async function linkedPackages(folder: string): Promise<string[]> {
  const targets: string[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && entry.name.startsWith('@')) targets.push(...(await linkedPackages(path)));
    if (!entry.isSymbolicLink()) continue;
    const target = await realpath(path).catch(() => undefined);
    // Of this installation code alone is read, which is among the paths already.
    if (target === undefined || target === installationFolder) continue;
    targets.push(...withEnclosing(target));
  }
  return targets;
}
