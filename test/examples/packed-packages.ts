import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const repository = fileURLToPath(new URL('../../', import.meta.url));
const installed = join(repository, 'node_modules');

/** What a person has who got modelzoo as a tarball and nothing else of this repository. */
export interface PackedPackages {
  folder: string;
  /** Tarballs by package name. */
  tarballs: Map<string, string>;
  /**
   * Copies an example's sources beside the installed modelzoo, and gives the copy's folder.
   *
   * @param needs other packages that its tests import.
   */
  copyExample(name: string, needs?: string[]): Promise<string>;
  /** Puts a package of this repository beside the installed modelzoo. */
  link(name: string): Promise<void>;
  /** Packs a package, as it would be published, and gives the tarball. */
  pack(packageFolder: string): Promise<string>;
  /** Runs a command there, `npm` or `zoo`, and gives what it wrote. */
  run(command: string, args: string[], cwd: string): Promise<string>;
  remove(): Promise<void>;
}

/**
 * Packs this repository and unpacks it in a folder of its own, `node_modules/modelzoo`. What it depends on is linked from
 * this repository, so that nothing is downloaded.
 */
export async function packPackages(): Promise<PackedPackages> {
  const folder = await mkdtemp(join(tmpdir(), 'zoo-packed-'));
  const modules = join(folder, 'node_modules');
  await mkdir(join(modules, '.bin'), { recursive: true });
  const tarballs = new Map<string, string>();

  const run: PackedPackages['run'] = async (command, args, cwd) => {
    const environment = {
      PATH: `${join(modules, '.bin')}:${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin`,
      HOME: folder,
      npm_config_cache: join(folder, 'npm-cache'),
      npm_config_offline: 'true',
      npm_config_update_notifier: 'false',
    };
    const { stdout } = await promisify(execFile)(command, args, {
      cwd,
      env: environment,
      maxBuffer: 64 * 2 ** 20,
    }).catch((error: unknown) => {
      const { stdout, stderr } = error as { stdout?: string; stderr?: string };
      throw new Error(`${command} ${args.join(' ')} failed:\n${stdout ?? ''}\n${stderr ?? ''}`, {
        cause: error,
      });
    });
    return stdout;
  };
  const pack: PackedPackages['pack'] = async (packageFolder) => {
    const [packed] = JSON.parse(
      await run('npm', ['pack', '--silent', '--json', '--pack-destination', folder], packageFolder),
    ) as [{ name: string; filename: string }];
    const tarball = join(folder, packed.filename);
    tarballs.set(packed.name, tarball);
    return tarball;
  };
  const link: PackedPackages['link'] = async (name) => {
    await mkdir(dirname(join(modules, name)), { recursive: true });
    await symlink(join(installed, name), join(modules, name)).catch(ignoreExisting);
  };

  await unpack(await pack(repository), join(modules, 'modelzoo'));
  await symlink(installed, join(modules, 'modelzoo', 'node_modules'));
  await symlink('../modelzoo/dist/cli.js', join(modules, '.bin', 'zoo'));
  await link('typescript');
  await symlink('../typescript/bin/tsc', join(modules, '.bin', 'tsc'));

  return {
    folder,
    tarballs,
    link,
    pack,
    run,
    async copyExample(name, needs = []) {
      const copy = join(folder, name);
      await cp(join(repository, 'examples', name), copy, { recursive: true });
      await Promise.all(needs.map(link));
      return copy;
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Unpacks a tarball of npm's into a folder. */
export async function unpack(tarball: string, into: string): Promise<string[]> {
  await mkdir(into, { recursive: true });
  await promisify(execFile)('tar', ['-xzf', tarball, '--strip-components=1', '-C', into]);
  return (await readdir(into)).sort();
}

function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}
