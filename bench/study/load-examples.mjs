import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, rm, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { builtInSources, loadStrategies } from '../../dist/plugins/loader.js';

const repository = fileURLToPath(new URL('../../', import.meta.url));

/**
 * Gives the built-in strategies and those of examples/. These are built into a folder of their own, where they find this
 * repository as the package modelzoo, and its packages as those that they are built with.
 */
export function loadExamples(examples, workFolder) {
  let loading;
  return () => (loading ??= load(examples, join(workFolder, 'node_modules')));
}

async function load(examples, modules) {
  await mkdir(modules, { recursive: true });
  await link(repository, join(modules, 'modelzoo'));
  const sources = [];
  for (const { folder } of examples) {
    const built = join(modules, folder);
    await rm(built, { recursive: true, force: true });
    await cp(join(repository, 'examples', folder), built, { recursive: true });
    const { devDependencies } = JSON.parse(await readFile(join(built, 'package.json'), 'utf8'));
    for (const name of Object.keys(devDependencies).filter((needed) => needed !== 'modelzoo')) {
      await link(join(repository, 'node_modules', name), join(modules, name));
    }
    await promisify(execFile)(process.execPath, [join(repository, 'node_modules/typescript/bin/tsc')], {
      cwd: built,
    });
    const entry = pathToFileURL(join(built, 'dist/index.js')).href;
    sources.push({ name: folder, import: () => import(entry) });
  }
  const loaded = await loadStrategies([...builtInSources, ...sources]);
  for (const { source, reason } of loaded.refused) throw new Error(`${source} was refused: ${reason}`);
  return loaded;
}

async function link(target, path) {
  await mkdir(dirname(path), { recursive: true });
  await rm(path, { force: true });
  await symlink(target, path);
}
