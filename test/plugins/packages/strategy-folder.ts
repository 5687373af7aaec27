import { mkdirSync, mkdtempSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A real strategy package on disk. */
export interface PackageSource {
  name?: string;
  version?: string;
  /** Name of its strategy. */
  strategy?: string;
  /** What else package.json says, or says otherwise; undefined takes a field away. */
  manifest?: Record<string, unknown>;
  /** What stands before the strategy in its main module. */
  before?: string;
  /** Fields of the strategy, as JavaScript. */
  fields?: string;
  /** The whole main module, instead. */
  module?: string;
  /** More files, by path. */
  files?: Record<string, string>;
}

export function emptyFolder(): string {
  return realpathSync(mkdtempSync(join(tmpdir(), 'zoo-packages-')));
}

/** Writes a package into a folder that must not be there yet, and returns that folder. */
export function writePackage(folder: string, source: PackageSource = {}): string {
  const { name = 'my-package', version = '1.0.0', strategy = 'my-strategy' } = source;
  const manifest = {
    name,
    version,
    type: 'module',
    exports: './index.js',
    peerDependencies: { modelzoo: '*' },
    modelzoo: { contract: '1.0' },
    ...source.manifest,
  };
  const module =
    source.module ??
    `import { defineStrategy, z } from 'modelzoo/plugin';
     ${source.before ?? ''}
     export default defineStrategy({
       name: '${strategy}', version: '${version}', summary: 'A strategy of the tests.', parameters: z.object({}),
       needs: { tasks: ['image-classification'], formats: ['tfjs-layers'], gpu: 'none' },
       check: () => [], load: () => Promise.resolve({ fit() {} }),
       ${source.fields ?? ''}
     });`;
  const files = { 'package.json': JSON.stringify(manifest), 'index.js': module, ...source.files };
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}

/** The same, where `modelzoo` can be imported from, as in a `node_modules`. */
export function writeInstalled(source: PackageSource = {}, root = emptyFolder()): string {
  const nodeModules = join(root, 'node_modules');
  mkdirSync(nodeModules, { recursive: true });
  try {
    symlinkSync(process.cwd(), join(nodeModules, 'modelzoo'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return writePackage(join(nodeModules, source.name ?? 'my-package'), source);
}
