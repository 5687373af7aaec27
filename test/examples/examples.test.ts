import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packPackages, unpack, type PackedPackages } from './packed-packages.js';

let packed: PackedPackages;

beforeAll(async () => {
  packed = await packPackages();
});
afterAll(() => packed.remove());

const examples = [
  { name: 'strategy-prototypes', needs: [] },
  { name: 'strategy-l2-sp', needs: ['@tensorflow/tfjs-core', '@tensorflow/tfjs-backend-cpu'] },
];

describe.each(examples)('examples/$name, beside modelzoo from a tarball,', ({ name, needs }) => {
  let folder: string;

  beforeAll(async () => {
    folder = await packed.copyExample(name, needs);
  });

  test('builds, and passes its own tests and the conformance kit', async () => {
    const output = await packed.run('npm', ['test'], folder);
    expect(output).toMatch(/# pass [1-9]\d+/);
    expect(output).toMatch(/# fail 0/);
  });

  test('packs what it needs to run and nothing else', async () => {
    const into = join(packed.folder, 'unpacked', name);
    expect(await unpack(await packed.pack(folder), into)).toEqual(['README.md', 'dist', 'package.json']);
  });
});
