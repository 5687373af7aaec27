import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readDatasetFolder } from '../../src/learning/datasets/dataset-folder.js';
import { importDataset } from '../../src/learning/datasets/import-dataset.js';
import { writeWithoutTestSplit } from '../../src/learning/datasets/write-without-test-split.js';
import type { IndexedImage } from '../../src/learning/dataset-manifest.js';
import { colourArchive } from '../jobs/real-work.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'zoo-without-test-'));
  await writeFile(join(folder, 'colours.tar'), await colourArchive(20));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const never = new AbortController().signal;

/** A data set whose shards hold this many bytes, and its copy without the test split. */
async function copyOf(name: string, shardBytes: number) {
  const [source, target] = [join(folder, name), join(folder, `${name}-copy`)];
  await importDataset({ archivePath: join(folder, 'colours.tar'), outputFolder: source, shardBytes });
  await writeWithoutTestSplit(source, target, never);
  return { whole: await readDatasetFolder(source), copy: await readDatasetFolder(target), target };
}

const facts = ({ path, label, split, sha256 }: IndexedImage) => ({ path, label, split, sha256 });

test.each([
  ['in one shard', 2 ** 26],
  ['in many shards', 2 ** 14],
])(
  'pictures %s: those that stay are the same in the same order, and nothing is left of the others',
  async (name, bytes) => {
    const { whole, copy, target } = await copyOf(name, bytes);
    const ofTest = whole.index.images.filter(({ split }) => split === 'test');
    expect(ofTest.length).toBeGreaterThan(5);
    expect(copy.index.images.map(facts)).toEqual(
      whole.index.images.filter(({ split }) => split !== 'test').map(facts),
    );
    expect(copy.index.classes).toEqual(whole.index.classes);
    for (const image of copy.index.images) await copy.read(image);

    const entries = await readdir(target, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile());
    const all = Buffer.concat(
      await Promise.all(files.map(({ parentPath, name: file }) => readFile(join(parentPath, file)))),
    );
    for (const image of ofTest) {
      expect(all.includes(image.path)).toBe(false);
      expect(all.includes(image.sha256)).toBe(false);
      expect(all.includes(await whole.read(image))).toBe(false);
    }
    await Promise.all([whole.close(), copy.close()]);
  },
);

test('a shard without test pictures is linked, not copied', async () => {
  const { whole, copy, target } = await copyOf('linked', 2 ** 14);
  const states = await Promise.all(copy.index.shards.map((shard) => stat(join(target, shard))));
  const links = states.map(({ nlink }) => nlink);
  expect(links.filter((count) => count === 2).length).toBeGreaterThan(2);
  // Pictures lie by split, so one shard at most has test pictures and others.
  expect(links.filter((count) => count === 1).length).toBeLessThanOrEqual(1);
  await Promise.all([whole.close(), copy.close()]);
});
