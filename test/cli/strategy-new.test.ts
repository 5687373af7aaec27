import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { emptyFolder, runZoo } from './run-zoo.js';

const create = (cwd: string, ...args: string[]) => runZoo(['strategy', 'new', ...args], { cwd });

const read = (...path: string[]) => readFileSync(join(...path), 'utf8');

describe('zoo strategy new', () => {
  it('writes a package that names exactly the versions it was tried with', async () => {
    const folder = emptyFolder();
    const ended = await create(folder, 'ridge-regression');
    expect(ended).toMatchObject({ code: 0 });
    expect(ended.stdout).toMatch(/^Wrote the strategy ridge-regression to ridge-regression: 11 files/);
    expect(ended.stderr).toBe('Next: cd ridge-regression && npm install && npm test\n');

    const target = join(folder, 'ridge-regression');
    const { devDependencies } = manifest;
    expect(JSON.parse(read(target, 'package.json'))).toMatchObject({
      name: 'ridge-regression',
      license: 'Apache-2.0',
      type: 'module',
      peerDependencies: { modelzoo: `>=${manifest.version}` },
      devDependencies: {
        modelzoo: manifest.version,
        typescript: devDependencies.typescript,
        '@types/node': devDependencies['@types/node'],
      },
      modelzoo: { contract: '1.0' },
    });
    expect(read(target, 'src/index.ts')).toContain("name: 'ridge-regression'");
    expect(read(target, 'LICENSE')).toContain('Apache License');
    expect(read(target, '.gitignore')).toContain('node_modules');
    for (const file of ['src/index.ts', 'README.md', 'LICENSE'])
      expect(read(target, file)).not.toContain('{{');
  });

  it('takes another folder, a scope, a licence and a tarball of modelzoo', async () => {
    const folder = emptyFolder();
    writeFileSync(join(folder, 'modelzoo.tgz'), '');
    const ended = await create(
      folder,
      'ridge',
      ...['--directory', 'packages/one', '--package', '@ada/ridge'],
      ...['--license', 'UNLICENSED', '--modelzoo', 'modelzoo.tgz', '--json'],
    );
    expect(JSON.parse(ended.stdout)).toMatchObject({ name: 'ridge', package: '@ada/ridge' });
    const target = join(folder, 'packages/one');
    expect(JSON.parse(read(target, 'package.json'))).toMatchObject({
      name: '@ada/ridge',
      private: true,
      license: 'UNLICENSED',
      devDependencies: { modelzoo: 'file:../../modelzoo.tgz' },
    });
    expect(read(target, 'LICENSE')).toContain('All rights reserved');
    expect(read(target, 'README.md')).toContain('./ada-ridge-0.1.0.tgz');
  });

  it('writes over nothing', async () => {
    const folder = emptyFolder();
    mkdirSync(join(folder, 'ridge'));
    writeFileSync(join(folder, 'ridge', 'README.md'), 'mine');
    const ended = await create(folder, 'ridge');
    expect(ended.code).toBe(4);
    expect(ended.stderr).toMatch(/^FOLDER_INVALID: ridge is not empty \(README\.md\)/);
    expect(read(folder, 'ridge', 'README.md')).toBe('mine');
  });

  it.each([
    ['a name with capitals', ['Ridge'], 2, /USAGE: "Ridge" is no name of a strategy/],
    ['a name that climbs', ['../ridge'], 2, /USAGE/],
    ['a name that is too long', ['a'.repeat(65)], 2, /at most 64 characters/],
    ['the name of a built-in', ['full-retraining'], 4, /NAME_TAKEN: .*comes with Model Zoo/],
    ['a package name that no registry takes', ['ridge', '--package', 'a b'], 2, /USAGE: "a b" is no name/],
    ['our own package name', ['ridge', '--package', 'modelzoo'], 2, /USAGE/],
    ['a licence it has no text of', ['ridge', '--license', 'GPL-3.0'], 2, /Allowed choices are/],
    ['a modelzoo that is not there', ['ridge', '--modelzoo', './x.tgz'], 4, /FOLDER_INVALID: --modelzoo/],
  ])('refuses %s', async (_what, args, code, message) => {
    const ended = await create(emptyFolder(), ...args);
    expect(ended.code).toBe(code);
    expect(ended.stderr).toMatch(message);
  });
});
