import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { ZooError } from '../../errors.js';
import { redact } from '../../redact.js';
import { endSentence } from './end-sentence.js';

/** A registry may be slow; nobody waits longer. */
const timeoutMs = 10 * 60_000;

/**
 * Runs npm with the operator's own settings and registries, in a folder, without scripts of packages.
 *
 * @throws ZooError PLUGIN_NOT_FOUND when the registry has no such package; PLUGIN_INSTALL_FAILED with what npm said
 */
export async function runNpm(folder: string, args: readonly string[]): Promise<void> {
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-update-notifier', '--loglevel=error'];
  try {
    await promisify(execFile)('npm', [...args, ...flags], {
      cwd: folder,
      timeout: timeoutMs,
      maxBuffer: 16 * 1024 ** 2,
    });
  } catch (error) {
    const { code, stderr = '', killed } = error as { code?: unknown; stderr?: string; killed?: boolean };
    if (code === 'ENOENT') {
      failed('npm is not there; it comes with Node.js and has to be on the PATH');
    }
    if (killed) failed(`npm did not come to an end within ${timeoutMs / 60_000} minutes`);
    const said = redact(
      stderr
        .split('\n')
        .map((line) => line.replace(/^npm (error|ERR!)\s?/, '').trim())
        .filter((line) => line !== '' && !/^A complete log of this run|^\S*debug-\d+\.log$|^at /.test(line))
        .slice(0, 8)
        .join(' '),
    );
    if (/\bE404\b/.test(stderr))
      throw new ZooError('PLUGIN_NOT_FOUND', endSentence(`npm finds no such package: ${said}`));
    failed(`npm says: ${said.slice(0, 2000)}`);
  }
}

function failed(why: string): never {
  throw new ZooError('PLUGIN_INSTALL_FAILED', endSentence(`The package could not be installed: ${why}`));
}
