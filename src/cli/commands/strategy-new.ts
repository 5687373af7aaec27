import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { ZooError } from '../../errors.js';
import { packageVersion } from '../../package-version.js';
import { strategyName } from '../../plugins/check/check-strategy.js';
import { loadStrategies } from '../../plugins/loader.js';
import type { Output } from '../output/output.js';
import { scaffoldStrategy, type Scaffold } from '../scaffold/scaffold-strategy.js';

export interface StrategyNewFlags {
  directory?: string;
  package?: string;
  license: Scaffold['license'];
  modelzoo?: string;
}

/**
 * `zoo strategy new`: writes a package with a small strategy that works and passes its tests, to begin with.
 *
 * @throws ZooError USAGE, NAME_TAKEN, FOLDER_INVALID
 */
export async function newStrategy(output: Output, name: string, flags: StrategyNewFlags): Promise<void> {
  await requireStrategyName(name);
  const packageName = flags.package ?? name;
  requirePackageName(packageName);
  const folder = resolve(flags.directory ?? name);
  await requireEmpty(folder, flags.directory ?? name);
  const files = await scaffoldStrategy({
    name,
    packageName,
    license: flags.license,
    modelzoo: await modelzooSource(flags.modelzoo, folder),
  });
  for (const { path, text } of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  const shown = relative(process.cwd(), folder) || '.';
  output.line(`Wrote the strategy ${name} to ${shown}: ${files.length} files, licence ${flags.license}.`);
  output.note(`Next: ${shown === '.' ? '' : `cd ${shown} && `}npm install && npm test`);
  output.document({ name, package: packageName, folder, files: files.map(({ path }) => path) });
}

async function requireStrategyName(name: string): Promise<void> {
  const parsed = strategyName.safeParse(name);
  if (!parsed.success) {
    throw new ZooError(
      'USAGE',
      `"${name}" is no name of a strategy; expected at most 64 characters, lower-case words joined by dashes, such as ridge-regression.`,
    );
  }
  const { find } = await loadStrategies();
  if (find(name) === undefined) return;
  throw new ZooError('NAME_TAKEN', `A strategy ${name} comes with Model Zoo; choose another name.`);
}

/** What a registry takes, and not ours. */
function requirePackageName(name: string): void {
  const isAccepted = /^(?:@[a-z0-9][a-z0-9._-]*\/)?[a-z0-9][a-z0-9._-]*$/.test(name) && name.length <= 214;
  if (isAccepted && name !== 'modelzoo') return;
  throw new ZooError(
    'USAGE',
    `"${name}" is no name for the package; expected lower-case letters, digits and dashes, with a scope if you like: @you/ridge-regression.`,
  );
}

async function requireEmpty(folder: string, shown: string): Promise<void> {
  const there = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw new ZooError('FOLDER_INVALID', `${shown} is no folder; name one that is empty or not there yet.`);
  });
  // A repository that was just begun is as good as empty.
  if (there.every((name) => name === '.git')) return;
  throw new ZooError(
    'FOLDER_INVALID',
    `${shown} is not empty (${there.slice(0, 3).join(', ')}${there.length > 3 ? ', …' : ''}); name another with --directory, so that nothing is written over.`,
  );
}

/** A tarball or folder is named from where the command runs, and written as seen from the package. */
async function modelzooSource(named: string | undefined, folder: string): Promise<string> {
  if (named === undefined) return packageVersion;
  const path = named.replace(/^file:/, '');
  const isThere = await stat(path).then(
    () => true,
    () => false,
  );
  if (isThere) return `file:${relative(folder, resolve(path)).split(sep).join('/')}`;
  if (named === path && /^[\^~]?\d+\.\d+\.\d+\S*$/.test(named)) return named;
  throw new ZooError(
    'FOLDER_INVALID',
    `--modelzoo is "${named}"; expected a version such as ${packageVersion}, or a tarball or folder that is there.`,
  );
}
