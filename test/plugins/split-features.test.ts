import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readDatasetFolder, type DatasetFolder } from '../../src/learning/datasets/dataset-folder.js';
import { FeatureCache } from '../../src/learning/features/feature-cache.js';
import { openBase } from '../../src/plugins/run/run-inputs.js';
import { SplitFeatures } from '../../src/plugins/run/split-features.js';
import { picturesOfSplit } from '../../src/plugins/run/split-pictures.js';
import { createClothingWorkshop, type ClothingWorkshop } from './clothing.js';

const cut = { layer: 'block_6_expand_relu', pooling: 'average' as const, inputSize: 64 };
const training = { cut, frozenUpTo: 'block_3_expand_relu' };

let workshop: ClothingWorkshop;
let dataset: DatasetFolder;
beforeAll(async () => {
  workshop = await createClothingWorkshop(['dress', 'hat'], { train: 4, test: 1 });
  dataset = await readDatasetFolder(workshop.datasetFolder);
});
afterAll(async () => {
  await dataset.close();
  await workshop.remove();
});

async function featuresOn(cacheFolder: string): Promise<SplitFeatures> {
  const { baseAt } = await openBase(workshop.baseFolder);
  return new SplitFeatures({
    baseAt,
    pictures: { train: picturesOfSplit(dataset, 'train') },
    cache: new FeatureCache(cacheFolder, 1e9),
    threads: 2,
    signal: new AbortController().signal,
    on: { progress: () => undefined, metric: () => undefined, log: () => undefined },
  });
}

/** Of how many kinds the rows are that a cache holds. */
const kindsIn = async (cacheFolder: string): Promise<number> =>
  (await readdir(cacheFolder)).filter((name) => name !== 'locks').length;

describe('features before a training', () => {
  it('bring what the training will read, where a pass over the pictures is made', async () => {
    const cacheFolder = join(workshop.folder, 'empty');
    const features = await featuresOn(cacheFolder);
    features.expectTraining(training);
    await features.at('train', [cut]);
    expect(await kindsIn(cacheFolder)).toBe(2);
  });

  it('make no pass over the pictures where the cache has them', async () => {
    const cacheFolder = join(workshop.folder, 'warm');
    const [expected] = await (await featuresOn(cacheFolder)).at('train', [cut]);
    const features = await featuresOn(cacheFolder);
    features.expectTraining(training);
    expect(await features.at('train', [cut])).toEqual([expected]);
    expect(await kindsIn(cacheFolder)).toBe(1);
  });
});
