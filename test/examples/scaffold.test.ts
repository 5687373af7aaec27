import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tinyNetwork } from '../../src/plugins/conformance/materials/tiny-network.js';
import { packPackages, unpack, type PackedPackages } from './packed-packages.js';

const photographs = fileURLToPath(new URL('../../examples/clothing-mini/images/', import.meta.url));

/** What `zoo strategy new` of a packed modelzoo writes, in a folder that knows nothing of this repository. */
describe('a new strategy package', () => {
  let packed: PackedPackages;
  let folder: string;

  beforeAll(async () => {
    packed = await packPackages();
    await packed.link('@types/node');
    await packed.run('zoo', ['strategy', 'new', 'ridge', '--license', 'MIT'], packed.folder);
    folder = join(packed.folder, 'ridge');
  });
  afterAll(() => packed.remove());

  test('passes its tests and the conformance kit as it is', async () => {
    const output = await packed.run('npm', ['test'], folder);
    expect(output).toMatch(/# pass 1\d/);
    expect(output).toMatch(/# fail 0/);
  });

  test('packs its code, its licence and nothing else, and the tarball runs', async () => {
    const tarball = await packed.pack(folder);
    const unpacked = join(packed.folder, 'unpacked');
    expect(await unpack(tarball, unpacked)).toEqual(['LICENSE', 'README.md', 'dist', 'package.json']);
    expect(await readdir(join(unpacked, 'dist'))).toEqual(['src']);

    const base = join(packed.folder, 'base');
    for (const { path, bytes } of await tinyNetwork({ height: 32, width: 32 })) {
      await mkdir(dirname(join(base, path)), { recursive: true });
      await writeFile(join(base, path), bytes);
    }
    const args = ['--base', base, '--data', photographs, '--set', 'penalty=10'];
    const output = await packed.run('zoo', ['strategy', 'run', tarball, ...args], packed.folder);
    expect(output).toMatch(/^ridge 0\.1\.0, package ridge 0\.1\.0, digest [0-9a-f]{12}/);
    expect(output).toMatch(/^Chose layer block_4_relu, penalty 10\./m);
    expect(output).toMatch(/^Accuracy /m);
  });
});
