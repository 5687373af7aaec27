import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { colourArchive, tinyNetwork } from '../jobs/real-work.js';
import { packPackages, unpack, type PackedPackages } from './packed-packages.js';

let packed: PackedPackages;
let baseFolder: string;
let pictures: string;

beforeAll(async () => {
  packed = await packPackages();
  baseFolder = join(packed.folder, 'base');
  for (const { path, bytes } of await tinyNetwork()) {
    await mkdir(dirname(join(baseFolder, path)), { recursive: true });
    await writeFile(join(baseFolder, path), bytes);
  }
  pictures = join(packed.folder, 'colours.tar');
  await writeFile(pictures, await colourArchive());
});
afterAll(() => packed.remove());

const examples = [
  { folder: 'strategy-prototypes', name: 'prototypes', needs: ['@types/node'], set: [] },
  {
    folder: 'strategy-l2-sp',
    name: 'l2-sp',
    needs: ['@tensorflow/tfjs-core', '@tensorflow/tfjs-backend-cpu'],
    set: ['--set', 'epochs=2'],
  },
  {
    folder: 'strategy-distillation',
    name: 'distillation',
    needs: [
      '@tensorflow/tfjs-core',
      '@tensorflow/tfjs-layers',
      '@tensorflow/tfjs-backend-cpu',
      '@types/node',
    ],
    set: ['--set', 'epochs=10', '--set', 'studentSize=16', '--set', 'width=8'],
  },
];

describe.each(examples)(
  'examples/$folder, beside modelzoo from a tarball,',
  ({ folder, name, needs, set }) => {
    let source: string;
    let tarball: string;

    beforeAll(async () => {
      source = await packed.copyExample(folder, needs);
    });

    test('builds, and passes its own tests and the conformance kit', async () => {
      const output = await packed.run('npm', ['test'], source);
      expect(output).toMatch(/# pass [1-9]\d+/);
      expect(output).toMatch(/# fail 0/);
    });

    test('packs what it needs to run and nothing else', async () => {
      tarball = await packed.pack(source);
      const into = join(packed.folder, 'unpacked', folder);
      expect(await unpack(tarball, into)).toEqual(['README.md', 'dist', 'package.json']);
    });

    test('is a plugin that can be added', async () => {
      const zoo = (...line: string[]) =>
        packed.run('zoo', ['plugin', ...line, '--data-dir', join(packed.folder, 'zoo-data')], packed.folder);
      await zoo('check', tarball);
      await zoo('add', tarball);
      expect(await zoo('list')).toMatch(new RegExp(`^${name} +1\\.\\d\\.0 +modelzoo-strategy-`, 'm'));
    });

    test('makes a model that names pictures it never saw', async () => {
      const line = ['strategy', 'run', tarball, '--base', baseFolder, '--data', pictures, ...set];
      const [, accuracy] = /^Accuracy (\d+\.\d) %/m.exec(await packed.run('zoo', line, packed.folder)) ?? [];
      expect(Number(accuracy)).toBeGreaterThan(80);
    });
  },
);
