import { fork, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { entryPoint } from '../../../entry-points.js';
import { codePaths, permissionFlag, readFlag } from '../permissions.js';
import type { StrategyOrigin } from '../strategy-package.js';

/**
 * What the process may use besides. Its heap is bounded by a flag; this bounds memory outside of it, and the processor time of
 * one that loops for ever after the server that would have ended it was killed. Megabytes of core dump help nobody.
 */
const limits = 'ulimit -c 0; ulimit -t 120; ulimit -d 1048576; exec "$0" "$@"';

/**
 * Starts the process that inspects a package: an environment without anything of ours, an empty folder to stand in, and
 * Node's permission model: it reads this installation and the package, writes nothing, and starts no thread or process.
 */
export async function startInspector(
  origin: Extract<StrategyOrigin, { kind: 'package' }>,
): Promise<ChildProcess> {
  const paths = await codePaths(origin);
  const folder = mkdtempSync(join(tmpdir(), 'zoo-inspect-'));
  const child = fork(entryPoint('plugins/packages/inspect/inspector-child'), {
    cwd: folder,
    env: { HOME: folder, TMPDIR: folder, LANG: 'C.UTF-8', TZ: 'UTC', NODE_ENV: 'production' },
    detached: true,
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    execPath: '/bin/sh',
    execArgv: [
      ...['-c', limits, process.execPath],
      '--max-old-space-size=256',
      permissionFlag,
      ...paths.map(readFlag),
    ],
  });
  const removeFolder = () => rmSync(folder, { recursive: true, force: true });
  // A command may be through before it hears that the process has ended.
  process.once('exit', removeFolder);
  child.once('close', () => {
    process.off('exit', removeFolder);
    removeFolder();
  });
  return child;
}
