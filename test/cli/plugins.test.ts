import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { emptyFolder, writeInstalled, writePackage } from '../plugins/packages/strategy-folder.js';
import { runZoo } from './run-zoo.js';

it('zoo plugin adds, lists, checks and removes packages', async () => {
  const environment = { ZOO_PLUGINS_DIR: join(emptyFolder(), 'plugins') };
  const plugin = (...args: string[]) => runZoo(['plugin', ...args], { environment });
  const good = writePackage(join(emptyFolder(), 'good'));
  const bad = writePackage(join(emptyFolder(), 'bad'), {
    manifest: { type: undefined, modelzoo: { contract: '1.99' } },
  });

  const checked = await plugin('check', bad);
  expect(checked.code).toBe(4);
  expect(checked.stdout).toMatch(/^BAD .*\n +PLUGIN_COMMONJS: .*\n +PLUGIN_CONTRACT_UNSUPPORTED: /);
  const refused = await plugin('add', bad);
  expect(refused).toMatchObject({ code: 4, stdout: '' });
  expect(refused.stderr).toMatch(/^PLUGIN_COMMONJS: .*Model Zoo speaks/);

  const added = await plugin('add', good);
  expect(added.code, added.stderr).toBe(0);
  expect(added.stdout).toMatch(/^Added: the strategy my-strategy 1\.0\.0, from my-package 1\.0\.0 /);

  const listed = JSON.parse((await plugin('list', '--json')).stdout) as {
    strategies: { strategy: string }[];
  };
  expect(listed.strategies).toContainEqual({
    strategy: 'my-strategy',
    version: '1.0.0',
    package: {
      name: 'my-package',
      version: '1.0.0',
      digest: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    },
    contract: '1.0',
    state: 'ready',
  });
  expect((await plugin('list')).stdout).toMatch(
    /^my-strategy +1\.0\.0 +my-package 1\.0\.0 +[0-9a-f]{12} +1\.0$/m,
  );
  expect((await plugin('check')).stdout).toBe('ok  my-package 1.0.0: my-strategy 1.0.0, contract 1.0\n');

  const removed = await plugin('remove', 'my-package@1.0.0');
  expect(removed.stdout).toMatch(/^Removed my-package 1\.0\.0\.\n/);
  const again = await plugin('remove', 'my-package');
  expect(again).toMatchObject({
    code: 4,
    stderr: 'PLUGIN_NOT_FOUND: my-package was not added with `zoo plugin add`. No package is added.\n',
  });
  expect((await plugin('check')).stdout).toBe('No package is added, and ZOO_PLUGINS lists none.\n');
});

it('zoo plugin list finds listed packages beside the working directory', async () => {
  const project = emptyFolder();
  writeInstalled({ name: 'listed-package' }, project);
  const folder = join(emptyFolder(), 'plugins');
  const environment = { ZOO_PLUGINS_DIR: folder, ZOO_PLUGINS: 'listed-package, not-there' };
  const { stdout } = await runZoo(['plugin', 'list'], { environment, cwd: project });
  expect(stdout).toMatch(/^full-retraining +\d+\.\d+\.\d+ +built in /m);
  expect(stdout).toMatch(/^my-strategy +1\.0\.0 +listed-package 1\.0\.0 /m);
  expect(stdout).toMatch(/^Refused: not-there\n +PLUGIN_NOT_FOUND: /m);
  expect(readdirSync(folder)).toEqual(['descriptions']);
});
