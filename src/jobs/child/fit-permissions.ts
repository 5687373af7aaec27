import { realpath } from 'node:fs/promises';
import { codePaths, permissionFlag, readFlag, wholeTree } from '../../plugins/packages/permissions.js';
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
  const written = [folder.output, folder.checkpoints, folder.home, featureFolder];
  const read = new Set([
    ...(await codePaths(origin)),
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
    ...[...read].map(readFlag),
    ...written.map((path) => `--allow-fs-write=${wholeTree(path)}`),
    // That addons and threads weaken it is known; see the decision record.
    '--disable-warning=SecurityWarning',
    '--disable-warning=ExperimentalWarning',
  ];
}

async function real(path: string): Promise<string[]> {
  try {
    return [await realpath(path)];
  } catch {
    return [];
  }
}
