import { readdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { installationPaths, packagePaths, permissionFlag } from '../../plugins/packages/permissions.js';
import type { StrategyOrigin } from '../../plugins/packages/strategy-package.js';
import type { WorkFolder } from '../worker/work-folders.js';

export interface PermittedFit {
  origin: StrategyOrigin;
  folder: WorkFolder;
  /** Where features are kept across jobs. */
  featureFolder: string;
  /** Where the tfjs addon is looked for. */
  addonFolder: string;
}

/** Where the machine tells of its GPUs. */
const devices = ['/proc/driver/nvidia', '/dev/dxg'];

/**
 * Flags of Node's permission model for the process in which a strategy fits: it reads code, its inputs and the feature
 * cache, writes to its own folders and the cache, and starts no processes. Native code is not governed, and neither is the
 * network.
 *
 * @see https://nodejs.org/api/permissions.html
 */
export async function fitPermissions({
  origin,
  folder,
  featureFolder,
  addonFolder,
}: PermittedFit): Promise<string[]> {
  const code = [...installationPaths(), ...(origin.kind === 'package' ? packagePaths(origin.folder) : [])];
  const written = [folder.output, folder.checkpoints, folder.home, featureFolder];
  const read = new Set([
    ...(await withLinkTargets(code)),
    folder.base,
    folder.dataset,
    ...written,
    ...(await real(addonFolder)),
    ...devices,
  ]);
  return [
    permissionFlag,
    '--allow-addons',
    '--allow-worker',
    ...[...read].map((path) => `--allow-fs-read=${wholeTree(path)}`),
    ...written.map((path) => `--allow-fs-write=${wholeTree(path)}`),
    // That addons and threads weaken it is known; see the decision record.
    '--disable-warning=SecurityWarning',
    '--disable-warning=ExperimentalWarning',
  ];
}

/** Files as they are; a folder with all below it, also one that is not there yet. */
function wholeTree(path: string): string {
  return path.endsWith('.json') || path.endsWith('.js') ? path : join(path, '*');
}

/** A `node_modules` may be a link, or hold links to packages elsewhere: Node asks for where they lead. */
async function withLinkTargets(paths: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const path of new Set(paths)) {
    const target = await real(path);
    // Most of the node_modules above a folder are not there.
    if (target.length === 0) continue;
    found.push(path.replace(/\/$/, ''), ...target);
    if (/node_modules\/?$/.test(path)) found.push(...(await linkedPackages(path)));
  }
  return found;
}

async function linkedPackages(folder: string): Promise<string[]> {
  const targets: string[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && entry.name.startsWith('@')) targets.push(...(await linkedPackages(path)));
    if (!entry.isSymbolicLink()) continue;
    for (const target of await real(path)) {
      targets.push(target, ...packagePaths(target).map((below) => below.replace(/\/$/, '')));
    }
  }
  return targets;
}

async function real(path: string): Promise<string[]> {
  try {
    return [await realpath(path)];
  } catch {
    return [];
  }
}
