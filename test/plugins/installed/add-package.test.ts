import { execFileSync } from 'node:child_process';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { addPackage } from '../../../src/plugins/installed/add-package.js';
import { openInstalledStrategies } from '../../../src/plugins/installed/open-installed-strategies.js';
import { removePackage } from '../../../src/plugins/installed/remove-package.js';
import { readPluginsFile } from '../../../src/plugins/packages/plugins-file.js';
import { emptyFolder, writePackage, type PackageSource } from '../packages/strategy-folder.js';

/** A package as its author has it: nothing is installed in it. */
const source = (content: PackageSource = {}) => writePackage(join(emptyFolder(), 'source'), content);

function pack(folder: string): string {
  const to = emptyFolder();
  execFileSync('npm', ['pack', '--pack-destination', to], { cwd: folder, stdio: 'ignore' });
  return join(to, readdirSync(to)[0] ?? '');
}

const place = (pluginsFolder = join(emptyFolder(), 'plugins')) => ({ pluginsFolder, listed: [] });

async function strategiesOf(where: ReturnType<typeof place>): Promise<string[]> {
  const installation = openInstalledStrategies({ ...where, builtIns: [] });
  const { all } = await installation.current();
  installation.close();
  return all.map(({ announcement: { name, version } }) => `${name} ${version}`);
}

/** Everything in the plugins folder that is not the list itself; links are not followed. */
const leftIn = ({ pluginsFolder }: { pluginsFolder: string }) =>
  execFileSync('find', ['.', '-mindepth', '1', '-printf', '%P\\n'], { cwd: pluginsFolder, encoding: 'utf8' })
    .split('\n')
    .filter((path) => !/^(|plugins\.json|staging)$/.test(path))
    .sort();

it('adds a folder as it would be published, with what it depends on, and runs none of its scripts', async () => {
  const where = place();
  const dependency = pack(
    writePackage(join(emptyFolder(), 'd'), { name: 'a-dependency', module: 'export default 7;' }),
  );
  const folder = source({
    name: '@scope/my-package',
    manifest: {
      dependencies: { 'a-dependency': `file:${dependency}` },
      files: ['index.js'],
      scripts: { install: 'touch ran', prepare: 'touch ran', postinstall: 'touch ran' },
    },
    before: `import seven from 'a-dependency';`,
    fields: 'summary: `There are ${seven}.`,',
    files: { 'notes.txt': 'not published' },
  });
  const { strategy, wasThere } = await addPackage(where, folder);
  expect(strategy).toMatchObject({
    name: 'my-strategy',
    summary: 'There are 7.',
    package: { name: '@scope/my-package' },
  });
  expect(wasThere).toBe(false);
  const install = `installs/@scope+my-package-1.0.0-${strategy.package.digest.slice(0, 12)}`;
  expect(readdirSync(join(where.pluginsFolder, install, 'node_modules/@scope/my-package')).sort()).toEqual([
    'index.js',
    'package.json',
  ]);
  expect(leftIn(where).filter((path) => path.endsWith('/ran') || path.startsWith('staging'))).toEqual([]);
  // Deleting what it was made from changes nothing.
  rmSync(folder, { recursive: true });
  expect(await strategiesOf(where)).toEqual(['my-strategy 1.0.0']);
});

it('adds a tarball; adding it again changes nothing, and another build of that version is refused', async () => {
  const where = place();
  const folder = source();
  const tarball = pack(folder);
  const first = await addPackage(where, tarball);
  const before = leftIn(where);
  expect(await addPackage(where, tarball)).toEqual({ ...first, wasThere: true });
  // The folder packs to the same files.
  expect(await addPackage(where, folder)).toEqual({ ...first, wasThere: true });
  writeFileSync(join(folder, 'more.js'), '');
  await expect(addPackage(where, folder)).rejects.toMatchObject({
    code: 'PLUGIN_VERSION_TAKEN',
    message: expect.stringContaining('zoo plugin remove my-package@1.0.0') as string,
  });
  expect(leftIn(where)).toEqual(before);
});

it.each<[string, (install: string) => void]>([
  ['a file was changed', (install) => writeFileSync(join(install, 'my-package/index.js'), 'changed')],
  ['a file is missing', (install) => rmSync(join(install, 'my-package/index.js'))],
  ['a dependency is missing', (install) => rmSync(join(install, 'a-dependency'), { recursive: true })],
  ['nothing is left', (install) => rmSync(join(install, '..'), { recursive: true })],
])('puts a package right, where %s, when it is added again', async (_, damage) => {
  const where = place();
  const dependency = pack(
    writePackage(join(emptyFolder(), 'd'), { name: 'a-dependency', module: 'export default 7;' }),
  );
  const folder = source({
    manifest: { dependencies: { 'a-dependency': `file:${dependency}` } },
    before: `import 'a-dependency';`,
  });
  const first = await addPackage(where, folder);
  const { installs } = await readPluginsFile(where.pluginsFolder);
  damage(join(where.pluginsFolder, 'installs', installs[0]?.folder ?? '', 'node_modules'));
  expect(await strategiesOf(where)).toEqual([]);
  expect(await addPackage(where, folder)).toEqual(first);
  expect(await strategiesOf(where)).toEqual(['my-strategy 1.0.0']);
  expect(await addPackage(where, folder)).toEqual({ ...first, wasThere: true });
  const after = await readPluginsFile(where.pluginsFolder);
  expect(after.installs).toHaveLength(1);
  // What jobs may still run from is left to the sweep; what the list names is not swept.
  const swept = after.removed.map((removed) => removed.folder);
  expect(swept).not.toContain(after.installs[0]?.folder);
});

it('puts right what was changed by hand when it is removed and added again', async () => {
  const where = place();
  const folder = source();
  const { strategy } = await addPackage(where, folder);
  const install = `my-package-1.0.0-${strategy.package.digest.slice(0, 12)}`;
  writeFileSync(
    join(where.pluginsFolder, 'installs', install, 'node_modules/my-package/index.js'),
    'changed',
  );
  await removePackage(where.pluginsFolder, 'my-package', undefined);
  await addPackage(where, folder);
  expect(await strategiesOf(where)).toEqual(['my-strategy 1.0.0']);
  const { installs, removed } = await readPluginsFile(where.pluginsFolder);
  expect([installs[0]?.folder, removed[0]?.folder]).toEqual([`${install}~2`, install]);
});

it('lets two commands at once both land', async () => {
  const where = place();
  await Promise.all([
    addPackage(where, source({ name: 'one', strategy: 'one' })),
    addPackage(where, source({ name: 'two', strategy: 'two' })),
  ]);
  expect(await strategiesOf(where)).toEqual(['one 1.0.0', 'two 1.0.0']);
});

it.each<[string, PackageSource, string]>([
  ['throws at its import', { before: 'throw new Error("broken");' }, 'PLUGIN_IMPORT_FAILED'],
  [
    'needs a peer',
    { manifest: { peerDependencies: { modelzoo: '*', 'some-peer': '*' } } },
    'PLUGIN_DEPENDENCY_MISSING',
  ],
  ['has the name of a built-in', { strategy: 'full-retraining' }, 'PLUGIN_NAME_TAKEN'],
])('leaves nothing behind of a package that %s', async (_, content, code) => {
  const where = place();
  const folder = source(content);
  await expect(addPackage(where, folder)).rejects.toMatchObject({ code });
  expect(leftIn(where)).toEqual([]);
});

it('says of a source that is nothing what it takes', async () => {
  const refusals = ['./not-there', '/not/there.tgz', '--registry=x', 'https://example.org/a.tgz'].map(
    (spec) => addPackage(place(), spec).catch((error: unknown) => (error as { code: string }).code),
  );
  expect(await Promise.all(refusals)).toEqual(Array(4).fill('PLUGIN_NOT_FOUND'));
});
