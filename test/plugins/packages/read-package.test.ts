import { execFileSync } from 'node:child_process';
import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ZooError } from '../../../src/errors.js';
import { digestPackage } from '../../../src/plugins/packages/digest-package.js';
import { examinePackage, readStrategyPackage } from '../../../src/plugins/packages/read-package.js';
import { emptyFolder, writeInstalled, writePackage, type PackageSource } from './strategy-folder.js';

const codesOf = async (folder: string) => (await examinePackage(folder)).problems.map(({ code }) => code);

it('reads identity, contract and main module', async () => {
  const folder = writeInstalled({ name: '@scope/my-package', version: '1.2.3-beta.1' });
  const { origin, contract } = await readStrategyPackage(folder);
  expect(origin).toMatchObject({
    kind: 'package',
    folder,
    entry: join(folder, 'index.js'),
    identity: { name: '@scope/my-package', version: '1.2.3-beta.1' },
  });
  expect(contract).toBe('1.0');
});

it('has the digest that sha256sum gives its own files, and that of no dependency', async () => {
  const folder = writePackage(join(emptyFolder(), 'p'), {
    files: { 'lib/b.js': 'b', 'lib-a.js': 'a', 'ä.js': 'c', 'node_modules/other/index.js': 'not mine' },
  });
  const shell =
    "find . -type f -not -path './node_modules/*' -printf '%P\\n' | LC_ALL=C sort | xargs sha256sum | sha256sum";
  const [expected] = execFileSync('sh', ['-c', shell], { cwd: folder, encoding: 'utf8' }).split(' ');
  expect(await digestPackage(folder)).toBe(expected);
  writeFileSync(join(folder, 'node_modules/other/index.js'), 'changed');
  expect(await digestPackage(folder)).toBe(expected);
  writeFileSync(join(folder, 'lib/b.js'), 'changed');
  expect(await digestPackage(folder)).not.toBe(expected);
});

it.each<[string, unknown, string | undefined, string]>([
  ['a string', './lib/main.js', undefined, 'lib/main.js'],
  ['"." with conditions', { '.': { types: './t.d.ts', import: './lib/main.js' } }, undefined, 'lib/main.js'],
  ['nested conditions', { node: { require: './no.cjs', import: './lib/main.js' } }, undefined, 'lib/main.js'],
  ['a list', [{ browser: './no.js' }, './lib/main.js'], undefined, 'lib/main.js'],
  ['exports before main', './lib/main.js', './index.js', 'lib/main.js'],
  ['main', undefined, 'lib/main.js', 'lib/main.js'],
  ['neither', undefined, undefined, 'index.js'],
])('finds the main module as Node does: %s', async (_, exports, main, expected) => {
  const folder = writeInstalled({ manifest: { exports, main }, files: { 'lib/main.js': '' } });
  const { origin } = await readStrategyPackage(folder);
  expect(origin.entry).toBe(join(folder, expected));
  // What Node itself makes of it.
  const script = 'import(process.argv[1]).then(() => 0, (error) => console.log(error.code))';
  writeFileSync(origin.entry, 'console.log(import.meta.url)');
  const said = execFileSync(process.execPath, ['-e', script, 'my-package'], {
    cwd: join(folder, '..', '..'),
    encoding: 'utf8',
  });
  expect(said.trim().endsWith(`/my-package/${expected}`)).toBe(true);
});

it.each<[string, PackageSource, string]>([
  ['no "type": "module"', { manifest: { type: undefined } }, 'PLUGIN_COMMONJS'],
  ['a .cjs module', { manifest: { exports: './a.cjs' }, files: { 'a.cjs': '' } }, 'PLUGIN_COMMONJS'],
  ['no contract', { manifest: { modelzoo: undefined } }, 'PLUGIN_CONTRACT_UNSUPPORTED'],
  ['a newer contract', { manifest: { modelzoo: { contract: '1.99' } } }, 'PLUGIN_CONTRACT_UNSUPPORTED'],
  ['an older contract', { manifest: { modelzoo: { contract: '0.9' } } }, 'PLUGIN_CONTRACT_UNSUPPORTED'],
  ['no main module', { manifest: { exports: './dist/index.js' } }, 'PLUGIN_EXPORT_MISSING'],
  ['exports without "."', { manifest: { exports: { './other': './index.js' } } }, 'PLUGIN_EXPORT_MISSING'],
  ['a main module outside', { manifest: { exports: './../x.js' } }, 'PLUGIN_EXPORT_MISSING'],
  ['no modelzoo among its peers', { manifest: { peerDependencies: {} } }, 'PLUGIN_DEPENDENCY_MISSING'],
  [
    'a peer that is not there',
    { manifest: { peerDependencies: { modelzoo: '*', 'not-there': '1' } } },
    'PLUGIN_DEPENDENCY_MISSING',
  ],
  ['a dependency that is not there', { manifest: { dependencies: { a: '1' } } }, 'PLUGIN_DEPENDENCY_MISSING'],
  ['modelzoo as a dependency', { manifest: { dependencies: { modelzoo: '*' } } }, 'PLUGIN_PACKAGE_INVALID'],
  ['no version', { manifest: { version: undefined } }, 'PLUGIN_PACKAGE_INVALID'],
  ['the name of Model Zoo', { manifest: { name: 'modelzoo' } }, 'PLUGIN_PACKAGE_INVALID'],
  ['a climbing name', { manifest: { name: '../elsewhere' } }, 'PLUGIN_PACKAGE_INVALID'],
  ['package.json that is no JSON', { files: { 'package.json': '{' } }, 'PLUGIN_PACKAGE_INVALID'],
])('refuses %s', async (_, source, code) => {
  expect(await codesOf(writeInstalled(source))).toEqual([code]);
});

it('refuses a symbolic link among its files, whatever it leads to', async () => {
  const folder = writeInstalled();
  symlinkSync('/etc/passwd', join(folder, 'data.txt'));
  const { problems } = await examinePackage(folder);
  expect(problems).toEqual([
    {
      code: 'PLUGIN_PACKAGE_INVALID',
      message: expect.stringContaining('data.txt is a symbolic link') as string,
    },
  ]);
});

it('refuses a package that has a file which cannot be read', async () => {
  const folder = writeInstalled();
  // No text gives this name: whoever lists the folder does not find the file again.
  writeFileSync(Buffer.concat([Buffer.from(`${folder}/`), Buffer.of(0xff)]), '');
  const { problems } = await examinePackage(folder);
  expect(problems).toEqual([
    { code: 'PLUGIN_PACKAGE_INVALID', message: 'its files cannot be read (ENOENT)' },
  ]);
});

it('needs no peer that is optional', async () => {
  const peers = {
    peerDependencies: { modelzoo: '*', 'not-there': '1' },
    peerDependenciesMeta: { 'not-there': { optional: true } },
  };
  expect(await codesOf(writeInstalled({ manifest: peers }))).toEqual([]);
});

it('says that modelzoo cannot be found from a folder where it cannot', async () => {
  const { problems } = await examinePackage(writePackage(join(emptyFolder(), 'p')));
  expect(problems[0]?.message).toMatch(/modelzoo.*zoo plugin add/);
});

it('says everything that is wrong at once, and no path of this machine', async () => {
  const folder = writeInstalled({
    manifest: { type: undefined, modelzoo: undefined, exports: './no.js', dependencies: { a: '1' } },
  });
  expect(await codesOf(folder)).toEqual([
    'PLUGIN_COMMONJS',
    'PLUGIN_CONTRACT_UNSUPPORTED',
    'PLUGIN_EXPORT_MISSING',
    'PLUGIN_DEPENDENCY_MISSING',
  ]);
  const error = await readStrategyPackage(folder).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ZooError);
  expect((error as ZooError).message).not.toContain(folder);
});
