import { readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { StrategyAnnouncement } from '../../../src/plugins/announce.js';
import {
  openInstalledStrategies,
  type StrategyInstallation,
} from '../../../src/plugins/installed/open-installed-strategies.js';
import { removePackage, sweepRemovedPackages } from '../../../src/plugins/installed/remove-package.js';
import { digestPackage } from '../../../src/plugins/packages/digest-package.js';
import { Inspectors } from '../../../src/plugins/packages/inspect/inspectors.js';
import { readPluginsFile, updatePluginsFile } from '../../../src/plugins/packages/plugins-file.js';
import type { StrategyPackage } from '../../../src/plugins/packages/read-package.js';
import { emptyFolder, writeInstalled, type PackageSource } from '../packages/strategy-folder.js';

/** Counts how often packages are imported. */
class CountingInspectors extends Inspectors {
  described: string[] = [];

  override describe(found: StrategyPackage): Promise<StrategyAnnouncement> {
    this.described.push(found.origin.identity.name);
    return super.describe(found);
  }
}

const opened: StrategyInstallation[] = [];
afterEach(() => {
  vi.unstubAllEnvs();
  for (const installation of opened.splice(0)) installation.close();
});

function open(
  pluginsFolder: string,
  { listed = [], answerMs }: { listed?: string[]; answerMs?: number } = {},
) {
  const inspectors = new CountingInspectors({ answerMs });
  const installation = openInstalledStrategies({ pluginsFolder, listed, inspectors });
  opened.push(installation);
  return {
    current: () => installation.current(),
    known: () => installation.known(),
    readAgain: () => installation.readAgain(),
    described: inspectors.described,
  };
}

/** Puts a package where `zoo plugin add` would, without npm and without looking at it. */
async function install(pluginsFolder: string, source: PackageSource): Promise<string> {
  const { name = 'my-package', version = '1.0.0' } = source;
  const folder = `${name}-${version}`;
  const own = writeInstalled(source, join(pluginsFolder, 'installs', folder));
  const digest = await digestPackage(own);
  await updatePluginsFile(pluginsFolder, (file) => ({
    ...file,
    installs: [...file.installs, { package: name, version, digest, folder, addedAt: '2026-01-01T00:00:00Z' }],
  }));
  return own;
}

const builtIns = ['feature-extraction-svm', 'full-retraining', 'partial-fine-tuning'];
const namesOf = ({ all }: { all: { announcement: StrategyAnnouncement }[] }) =>
  all.map(({ announcement }) => announcement.name);

it('has the built-ins where nothing else is there, and makes no folder', async () => {
  const folder = join(emptyFolder(), 'plugins');
  const { all, refused, find } = await open(folder).current();
  expect(namesOf({ all })).toEqual(builtIns);
  expect(refused).toEqual([]);
  expect(find('full-retraining')?.origin).toEqual({ kind: 'built-in' });
  expect(await find('full-retraining')?.validate({ nonsense: 1 })).toMatchObject({
    problems: [{ path: 'parameters.nonsense' }],
  });
  expect(() => readdirSync(folder)).toThrow();
});

it('asks a package once; the next start reads what it said', async () => {
  const folder = emptyFolder();
  await install(folder, {});
  const first = open(folder);
  const before = await first.current();
  const second = open(folder);
  const after = await second.current();
  expect(first.described).toEqual(['my-package']);
  expect(second.described).toEqual([]);
  expect(after.all.map(({ announcement }) => announcement)).toEqual(
    before.all.map(({ announcement }) => announcement),
  );
  expect(after.revision).toBe(before.revision);
  expect(await after.find('my-strategy')?.validate({})).toEqual({ value: {} });
});

it('remembers what packages said where it cannot write it down', async () => {
  const folder = emptyFolder();
  await install(folder, {});
  // A file where the folder of descriptions would be.
  writeFileSync(join(folder, 'descriptions'), '');
  const { current, described } = open(folder);
  await current();
  await updatePluginsFile(folder, (file) => file);
  expect(namesOf(await current())).toContain('my-strategy');
  expect(described).toEqual(['my-package']);
});

it('asks again where what was written down is damaged', async () => {
  const folder = emptyFolder();
  await install(folder, {});
  await open(folder).current();
  const [file = ''] = readdirSync(join(folder, 'descriptions'));
  writeFileSync(
    join(folder, 'descriptions', file),
    readFileSync(join(folder, 'descriptions', file)).subarray(9),
  );
  const { current, described } = open(folder);
  expect(namesOf(await current())).toContain('my-strategy');
  expect(described).toEqual(['my-package']);
});

it('sees packages that are added and removed while it runs, and is the same object in between', async () => {
  const folder = emptyFolder();
  const { current } = open(folder);
  const none = await current();
  expect(await current()).toBe(none);
  await install(folder, {});
  const one = await current();
  expect(namesOf(one)).toEqual([
    'feature-extraction-svm',
    'full-retraining',
    'my-strategy',
    'partial-fine-tuning',
  ]);
  expect(one.revision).not.toBe(none.revision);
  expect(await current()).toBe(one);
  await removePackage(folder, 'my-package', undefined);
  expect((await current()).revision).toBe(none.revision);
});

it('has what changed by hand when it is told to read again', async () => {
  const folder = emptyFolder();
  const own = await install(folder, {});
  const { current, readAgain } = open(folder);
  const before = await current();
  writeFileSync(join(own, 'index.js'), 'export default 1;');
  expect(await current()).toBe(before);
  readAgain();
  const after = await current();
  expect(namesOf(after)).toEqual(builtIns);
  expect(after.refused).toMatchObject([{ source: 'my-package 1.0.0', code: 'PLUGIN_CHANGED' }]);
});

it('has two versions of a package beside each other, the newest first', async () => {
  const folder = emptyFolder();
  await install(folder, { version: '1.10.0' });
  await install(folder, { version: '1.9.0' });
  const { all, find } = await open(folder).current();
  const versions = all.map(({ announcement }) => announcement).filter(({ name }) => name === 'my-strategy');
  expect(versions.map(({ version }) => version)).toEqual(['1.10.0', '1.9.0']);
  expect(find('my-strategy')?.announcement.version).toBe('1.10.0');
  const old = find('my-strategy', '1.9.0');
  expect(find('my-strategy', '1.9.0', old?.announcement.package.digest)).toBe(old);
  expect(find('my-strategy', '1.10.0', old?.announcement.package.digest)).toBeUndefined();
});

it('gives a name to whoever had it first, and says so of the others', async () => {
  const folder = emptyFolder();
  await install(folder, { name: 'first', strategy: 'same' });
  await install(folder, { name: 'second', strategy: 'same' });
  await install(folder, { name: 'third', strategy: 'full-retraining' });
  const { find, refused } = await open(folder).current();
  expect(find('same')?.announcement.package.name).toBe('first');
  expect(find('full-retraining')?.origin.kind).toBe('built-in');
  expect(refused).toEqual([
    {
      source: 'second 1.0.0',
      code: 'PLUGIN_NAME_TAKEN',
      reason: expect.stringContaining('of first') as string,
    },
    {
      source: 'third 1.0.0',
      code: 'PLUGIN_NAME_TAKEN',
      reason: expect.stringContaining('comes with') as string,
    },
  ]);
});

it('refuses each package that cannot be used with its own code, and has all the others', async () => {
  const folder = emptyFolder();
  await install(folder, { name: 'throws', before: 'throw new Error("broken");' });
  await install(folder, { name: 'exits', before: 'process.exit(3);' });
  await install(folder, { name: 'newer', manifest: { modelzoo: { contract: '7.0' } } });
  const changed = await install(folder, { name: 'changed' });
  writeFileSync(join(changed, 'index.js'), 'export default 1;');
  const gone = await install(folder, { name: 'gone' });
  rmSync(gone, { recursive: true });
  await install(folder, { name: 'good' });
  const { all, refused } = await open(folder, {
    listed: ['not-there', writeInstalled({ module: '' })],
  }).current();
  expect(namesOf({ all })).toEqual([
    'feature-extraction-svm',
    'full-retraining',
    'my-strategy',
    'partial-fine-tuning',
  ]);
  expect(refused.map(({ source, code }) => [source.replace(/.*node_modules/, ''), code])).toEqual([
    ['throws 1.0.0', 'PLUGIN_IMPORT_FAILED'],
    ['exits 1.0.0', 'PLUGIN_PROCESS_DIED'],
    ['newer 1.0.0', 'PLUGIN_CONTRACT_UNSUPPORTED'],
    ['changed 1.0.0', 'PLUGIN_CHANGED'],
    ['gone 1.0.0', 'PLUGIN_PACKAGE_INVALID'],
    ['not-there', 'PLUGIN_NOT_FOUND'],
    ['/my-package', 'PLUGIN_EXPORT_MISSING'],
  ]);
  expect(JSON.stringify(refused.map(({ reason }) => reason))).not.toContain(folder);
});

it('has the built-ins and what the configuration lists also where plugins.json is damaged', async () => {
  const folder = emptyFolder();
  writeFileSync(join(folder, 'plugins.json'), '{ "installs": [');
  const listed = [writeInstalled({ name: 'by-folder', strategy: 'by-folder' })];
  const { all, refused } = await open(folder, { listed }).current();
  expect(namesOf({ all })).toEqual(['by-folder', ...builtIns]);
  expect(refused).toMatchObject([{ source: 'plugins.json', code: 'PLUGIN_PACKAGE_INVALID' }]);
});

it('has a package in a folder that the configuration lists', async () => {
  const byFolder = writeInstalled({ name: 'by-folder', strategy: 'by-folder' });
  const { find } = await open(emptyFolder(), { listed: [byFolder] }).current();
  expect(find('by-folder')?.origin).toMatchObject({ kind: 'package', folder: byFolder });
});

it('has everything else where the system lets no process start', async () => {
  const folder = emptyFolder();
  await install(folder, {});
  vi.stubEnv('TMPDIR', join(folder, 'not-there'));
  const { all, refused } = await open(folder).current();
  expect(namesOf({ all })).toEqual(builtIns);
  expect(refused).toMatchObject([{ code: 'PLUGIN_PROCESS_DIED', reason: expect.stringMatching(/ENOENT/) }]);
});

it('does not make a start wait for a package that never answers', async () => {
  const folder = emptyFolder();
  await install(folder, { name: 'good', strategy: 'good' });
  await open(folder).current();
  await install(folder, { name: 'hangs', before: 'for (;;);' });
  // Longer than this test may take.
  const patient = open(folder, { answerMs: 2 ** 31 - 1 });
  void patient.current().catch(() => undefined);
  expect(namesOf(await patient.known())).toEqual([
    'feature-extraction-svm',
    'full-retraining',
    'good',
    'partial-fine-tuning',
  ]);
  const { refused } = await open(folder, { answerMs: 1000 }).current();
  expect(refused).toMatchObject([{ source: 'hangs 1.0.0', code: 'PLUGIN_TIMED_OUT' }]);
});

it('follows Model Zoo to where it is installed now', async () => {
  const folder = emptyFolder();
  const own = await install(folder, {});
  const link = join(own, '..', 'modelzoo');
  rmSync(link);
  symlinkSync('/where/it/was/before', link);
  expect(namesOf(await open(folder).current())).toContain('my-strategy');
});

describe('plugins.json', () => {
  it('takes changes one at a time, so that two at once both land', async () => {
    const folder = join(emptyFolder(), 'plugins');
    const add = (name: string) =>
      updatePluginsFile(folder, async (file) => {
        await new Promise((resolve) => setImmediate(resolve));
        return { ...file, removed: [...file.removed, { folder: name, removedAt: '2026-01-01' }] };
      });
    await Promise.all(['a', 'b', 'c', 'd'].map(add));
    const { removed } = await readPluginsFile(folder);
    expect(removed.map((each) => each.folder).sort()).toEqual(['a', 'b', 'c', 'd']);
    expect(readdirSync(folder)).toEqual(['plugins.json']);
  });

  it.each(['.', '..', '../elsewhere', ''])('names no folder outside of installs: %j', async (name) => {
    const folder = emptyFolder();
    const removed = [{ folder: name, removedAt: '2026-01-01' }];
    writeFileSync(join(folder, 'plugins.json'), JSON.stringify({ removed }));
    await expect(readPluginsFile(folder)).rejects.toMatchObject({ code: 'PLUGIN_PACKAGE_INVALID' });
  });

  it('stays as it was when a change fails, and the lock of a dead process is broken', async () => {
    const folder = emptyFolder();
    await install(folder, {});
    const before = await readPluginsFile(folder);
    const failed = updatePluginsFile(folder, () => Promise.reject(new Error('no')));
    await expect(failed).rejects.toThrow('no');
    // No process has this number.
    writeFileSync(join(folder, 'plugins.lock'), JSON.stringify({ pid: 4194305, host: hostname() }));
    expect(await updatePluginsFile(folder, (file) => file)).toEqual(before);
  });
});

describe('a package that was removed', () => {
  it('keeps its files as long as a job may run from them', async () => {
    const folder = emptyFolder();
    await install(folder, {});
    await removePackage(folder, 'my-package', '1.0.0');
    await sweepRemovedPackages(folder, 60_000);
    expect(readdirSync(join(folder, 'installs'))).toEqual(['my-package-1.0.0']);
    await sweepRemovedPackages(folder, 60_000, ['my-package-1.0.0']);
    expect(readdirSync(join(folder, 'installs'))).toEqual([]);
    expect(await readPluginsFile(folder)).toEqual({ installs: [], removed: [] });
  });

  it('cannot be removed twice, nor one that was never there', async () => {
    const folder = emptyFolder();
    await install(folder, {});
    await expect(removePackage(folder, 'my-package', '2.0.0')).rejects.toMatchObject({
      code: 'PLUGIN_NOT_FOUND',
      message: expect.stringContaining('Its versions here: 1.0.0') as string,
    });
    await removePackage(folder, 'my-package', undefined);
    await expect(removePackage(folder, 'my-package', undefined)).rejects.toMatchObject({
      code: 'PLUGIN_NOT_FOUND',
    });
  });
});
