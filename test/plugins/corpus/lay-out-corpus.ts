import { cp, mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const repository = fileURLToPath(new URL('../../../', import.meta.url));

/** The corpus as an operator would have it on disk: packages beside the modelzoo they were written for. */
export interface LaidOutCorpus {
  /** Names of all packages' folders. */
  names: string[];
  folderOf(name: string): string;
  remove(): Promise<void>;
}

export async function layOutCorpus(): Promise<LaidOutCorpus> {
  const root = await mkdtemp(join(tmpdir(), 'zoo-corpus-'));
  const modules = join(root, 'node_modules');
  await mkdir(modules);
  const entries = await readdir(here, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  for (const name of names) {
    await cp(join(here, name), join(modules, name), { recursive: true, verbatimSymlinks: true });
  }
  await symlink(repository, join(modules, 'modelzoo'));
  return {
    names: names.sort(),
    folderOf: (name) => join(modules, name),
    remove: () => rm(root, { recursive: true, force: true }),
  };
}
