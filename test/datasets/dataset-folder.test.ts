import { mkdtemp, readdir, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readDatasetFolder } from '../../src/learning/datasets/dataset-folder.js';
import { importDataset } from '../../src/learning/datasets/import-dataset.js';
import { colourArchive } from '../jobs/real-work.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'zoo-dataset-folder-'));
  const archivePath = join(folder, 'colours.tar');
  await writeFile(archivePath, await colourArchive(4));
  await importDataset({ archivePath, outputFolder: join(folder, 'dataset'), shardBytes: 2 ** 12 });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const opened = async () => {
  const dataset = await readDatasetFolder(join(folder, 'dataset'));
  expect(dataset.index.shards.length).toBeGreaterThan(1);
  return dataset;
};

describe('a data set that was closed', () => {
  test('gives no more pictures, neither of shards that were read nor of others', async () => {
    const dataset = await opened();
    const [first, last] = [dataset.index.images[0], dataset.index.images.at(-1)];
    if (first === undefined || last === undefined) throw new Error('the data set has no pictures');
    expect(first.shard).not.toBe(last.shard);
    await dataset.read(first);
    await dataset.close();
    for (const image of [first, last]) {
      await expect(dataset.read(image)).rejects.toThrow(/closed.*Await every read/);
    }
  });

  test('gave every picture that it was reading, or said that it is closed, and leaves no file open', async () => {
    const dataset = await opened();
    const reading = Promise.allSettled(dataset.index.images.map((image) => dataset.read(image)));
    await dataset.close();
    for (const result of await reading) {
      if (result.status === 'rejected') expect(String(result.reason)).toMatch(/closed.*Await every read/);
    }
    expect(await filesOpenBelow(folder)).toEqual([]);
  });
});

/** Where the system lists them; elsewhere nothing is looked for. */
async function filesOpenBelow(place: string): Promise<string[]> {
  const handles = await readdir('/proc/self/fd').catch(() => []);
  const paths = await Promise.all(handles.map((fd) => readlink(join('/proc/self/fd', fd)).catch(() => '')));
  return paths.filter((path) => path.startsWith(place));
}
