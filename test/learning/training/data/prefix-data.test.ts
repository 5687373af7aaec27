import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { estimateCacheBytes } from '../../../../src/learning/features/cache-room.js';
import { computeFeatures } from '../../../../src/learning/features/compute-features.js';
import { extractFeatures } from '../../../../src/learning/features/extract-features.js';
import { FeatureCache } from '../../../../src/learning/features/feature-cache.js';
import {
  createFeatureExtractor,
  type FeatureExtractor,
} from '../../../../src/learning/features/feature-extractor.js';
import { roundRows } from '../../../../src/learning/features/row-encoding.js';
import { augmentations } from '../../../../src/learning/images/augmentation.js';
import {
  openCachedPrefixData,
  type CachedPrefixData,
} from '../../../../src/learning/training/data/cached-prefix-data.js';
import { LivePrefixData } from '../../../../src/learning/training/data/live-prefix-data.js';
import { smallNetwork } from '../../features/small-network.js';
import { makePictures, sourceOf } from '../../support/pictures.js';

const model = await smallNetwork();
const pictures = await makePictures(10);
const labels = Int32Array.from({ length: 10 }, (_, index) => index % 2);
const relu = { layer: 'relu', pooling: 'flatten' } as const;
const pool = { layer: 'pool', pooling: 'average' } as const;
const order = [7, 0, 3, 3, 9];
const augmentation = augmentations.light;
const mapBytes = 15 * 15 * 8 * 2;

let folder: string;
let extractor: FeatureExtractor;
const opened: CachedPrefixData[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'prefix-'));
  extractor = await createFeatureExtractor({ model, cuts: [relu], threads: 1 });
});
afterEach(async () => {
  for (const data of opened.splice(0)) await data.dispose();
  await extractor.dispose();
  await rm(folder, { recursive: true, force: true });
});

type Options = Partial<Parameters<typeof openCachedPrefixData>[0]>;
async function openAll(options: Options = {}): Promise<CachedPrefixData[]> {
  const cache = new FeatureCache(folder, 2 ** 30);
  const images = sourceOf(pictures);
  const data = await openCachedPrefixData({ extractor, images, labels, cache, ...options });
  opened.push(...data);
  return data;
}
async function open(options?: Options): Promise<CachedPrefixData> {
  const [data] = await openAll(options);
  if (data === undefined) throw new Error('no data');
  return data;
}
const readsOf = (source: { reads: number[] }) => source.reads.reduce((sum, reads) => sum + reads, 0);

describe('openCachedPrefixData', () => {
  it('gives maps in any order, rounded to half precision, as the network computes them', async () => {
    const data = await open();
    expect([data.count, data.inputShape, data.views]).toEqual([10, [15, 15, 8], 1]);
    expect(data.labels).toBe(labels);
    const [matrix] = await computeFeatures(extractor, sourceOf(pictures), order);
    expect(await data.read(order, 0)).toEqual(roundRows(matrix?.data ?? new Float32Array(), 'float16'));
  });

  it.each([0, 3 * mapBytes, 2 ** 30])('gives the same with %i bytes of memory', async (memoryBytes) => {
    const live = new LivePrefixData({
      extractor,
      images: sourceOf(pictures),
      labels,
      augmentation,
      views: 3,
    });
    const data = await open({ augmentation, views: 3, memoryBytes });
    for (const view of [0, 1, 2]) {
      expect(await data.read(order, view)).toEqual(await live.read(order, view));
    }
  });

  it('has as many different views as asked for, the plain one first, and repeats them', async () => {
    const data = await open({ augmentation, views: 3 });
    expect(data.views).toBe(3);
    const [plain, one, two] = [await data.read([1], 0), await data.read([1], 1), await data.read([1], 2)];
    expect(plain).toEqual(await (await open()).read([1], 0));
    expect(one).not.toEqual(plain);
    expect(two).not.toEqual(plain);
    expect(two).not.toEqual(one);
    expect(await data.read([1], 3)).toEqual(plain);
    expect(await data.read([1], 5)).toEqual(two);
  });

  it('computes a view once for all jobs, and only the views that are not there', async () => {
    const first = sourceOf(pictures);
    await open({ images: first, augmentation, views: 2 });
    expect(readsOf(first)).toBe(20);
    const second = sourceOf(pictures);
    const data = await open({ images: second, augmentation, views: 3 });
    // One new view of ten pictures; a sample of three in each of the two others.
    expect(readsOf(second)).toBe(10 + 2 * 3);
    const before = readsOf(second);
    await data.read(order, 2);
    expect(readsOf(second)).toBe(before);
  });

  it('keeps views of different augmentations apart', async () => {
    const light = await open({ augmentation, views: 2 });
    const strong = await open({ augmentation: augmentations.strong, views: 2 });
    expect(await strong.read([2], 1)).not.toEqual(await light.read([2], 1));
    expect(await strong.read([2], 0)).toEqual(await light.read([2], 0));
  });

  it('gives maps and vectors of one pass, and shares vectors with the features of other strategies', async () => {
    await extractor.dispose();
    extractor = await createFeatureExtractor({ model, cuts: [relu, pool], threads: 1 });
    const images = sourceOf(pictures);
    const [maps, vectors] = await openAll({ images });
    expect(readsOf(images)).toBe(10);
    expect([maps?.inputShape, vectors?.inputShape]).toEqual([[15, 15, 8], [8]]);
    const alone = await createFeatureExtractor({ model, cuts: [pool], threads: 1 });
    const features = sourceOf(pictures);
    const cache = new FeatureCache(folder, 2 ** 30);
    const [matrix] = await extractFeatures(alone, features, { cache });
    await alone.dispose();
    expect(readsOf(features)).toBe(3);
    expect(await vectors?.read([...Array(10).keys()], 0)).toEqual(matrix?.data);
  });

  it('reports rows of all views up to the last one', async () => {
    const seen: [number, number][] = [];
    await open({ augmentation, views: 2, batchSize: 5, progress: (...step) => seen.push(step) });
    expect(seen).toEqual([...seen].sort(([a], [b]) => a - b));
    expect(seen.at(-1)).toEqual([20, 20]);
    expect(seen).toContainEqual([15, 20]);
  });

  it('still reads what another job has evicted meanwhile', async () => {
    const data = await open({ memoryBytes: 0 });
    const before = await data.read(order, 0);
    for (const name of await readdir(folder)) await rm(join(folder, name), { recursive: true });
    expect(await data.read(order, 0)).toEqual(before);
  });

  it('computes what fits neither into the cache nor into memory, and says so once', async () => {
    const images = sourceOf(pictures);
    const messages: string[] = [];
    const data = await open({
      images,
      cache: new FeatureCache(folder, 5 * mapBytes),
      memoryBytes: 5 * mapBytes,
      batchSize: 2,
      log: (message) => messages.push(message),
    });
    expect(await readdir(folder)).toEqual(['locks']);
    const live = new LivePrefixData({ extractor, images: sourceOf(pictures), labels });
    for (let turn = 0; turn < 2; turn++) {
      expect(await data.read(order, 0)).toEqual(await live.read(order, 0));
    }
    expect(messages.filter((message) => message.includes('not kept')).length).toBe(1);
    expect(messages.filter((message) => message.includes('whenever they are read')).length).toBe(1);
  });

  it('stops when aborted, and leaves no lock behind', async () => {
    const controller = new AbortController();
    const stopped = open({
      batchSize: 2,
      signal: controller.signal,
      progress: () => controller.abort(new Error('cancelled')),
    });
    await expect(stopped).rejects.toThrow('cancelled');
    expect(await readdir(join(folder, 'locks'))).toEqual([]);
    const data = await open();
    await expect(data.read([0], 0, AbortSignal.abort(new Error('too late')))).rejects.toThrow('too late');
  });
});

describe('LivePrefixData', () => {
  it('varies pictures without end, and reads them each time', async () => {
    const images = sourceOf(pictures);
    const data = new LivePrefixData({ extractor, images, labels, augmentation });
    expect(data.views).toBe(Infinity);
    expect(await data.read([4], 17)).not.toEqual(await data.read([4], 18));
    expect(images.reads[4]).toBe(2);
  });

  it('takes any cut of the extractor', async () => {
    const both = await createFeatureExtractor({ model, cuts: [relu, pool], threads: 1 });
    const data = new LivePrefixData({ extractor: both, cut: 1, images: sourceOf(pictures), labels });
    const [, matrix] = await computeFeatures(both, sourceOf(pictures), [5]);
    expect(data.inputShape).toEqual([8]);
    expect(await data.read([5], 0)).toEqual(matrix?.data);
    await both.dispose();
  });
});

describe('estimateCacheBytes', () => {
  it('knows beforehand what the rows will take', async () => {
    const neededBytes = estimateCacheBytes({ extractor, count: 10, views: 3 });
    expect(neededBytes).toBe(10 * 3 * mapBytes);
    const { availableBytes } = await new FeatureCache(folder, neededBytes).room();
    expect(availableBytes).toBe(neededBytes);
  });
});
