import { rmSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { MeasureInput } from '../../../src/advisor/measure/measure-input.js';
import { measureProfile } from '../../../src/advisor/measure/measure-profile.js';
import type { AdviceMeasurements, ModelMeasurements } from '../../../src/advisor/measurements.js';
import type { DatasetIndex, IndexedImage } from '../../../src/learning/dataset-manifest.js';
import { readShardHeader } from '../../../src/learning/features/feature-shard.js';
import { runStrategy } from '../../../src/plugins/run/run-strategy.js';
import { savedFiles } from '../../learning/support/tfjs.js';
import { createAdviceWorkshop, layOut, pictureOf, type AdviceWorkshop } from './clothing-advice.js';

// Real networks on a machine that may be busy.
vi.setConfig({ testTimeout: 240_000 });

let workshop: AdviceWorkshop;
let measured: AdviceMeasurements;
let log: string[];
const progress = new Map<string, [done: number, total: number]>();

beforeAll(async () => {
  workshop = await createAdviceWorkshop();
  log = [];
  measured = await measure({
    models: [workshop.random, workshop.trained],
    on: {
      progress: (phase, done, total) => progress.set(phase, [done, total]),
      log: (message) => log.push(message),
    },
  });
}, 600_000);
afterAll(() => workshop.remove());

const measure = (changes: Partial<MeasureInput>) => workshop.measure(changes);

const modelOf = ({ models }: AdviceMeasurements, versionId: string): ModelMeasurements => {
  const model = models.find((one) => one.versionId === versionId);
  if (model === undefined) throw new Error(`${versionId} was not measured`);
  return model;
};

/** Without what depends on the clock. */
const timeless = ({ models, spentSeconds: _, ...rest }: AdviceMeasurements) => ({
  ...rest,
  models: models.map(({ seconds: _seconds, picturesPerSecond: _speed, ...model }) => model),
});

const trainOf = ({ images }: DatasetIndex) => images.filter(({ split }) => split === 'train');

describe('a network trained on photographs and one that was not, on photographs of clothes', () => {
  it('are compared on a part of the pictures, where the worse is dropped; the better sees all', () => {
    expect(measured.rungs).toEqual([
      { pictures: 128, models: 2 },
      { pictures: 240, models: 1 },
    ]);
    const [random, trained] = [modelOf(measured, 'random'), modelOf(measured, 'trained')];
    expect(random).toMatchObject({ state: 'DROPPED', pictures: 128, learningCurve: null });
    expect(random.reason).toMatch(
      /^On 128 pictures a linear classifier .*, on those of trained \d+\.\d %\.$/,
    );
    expect(trained).toMatchObject({ state: 'MEASURED', pictures: 240, reason: null });
    // In the order in which they were asked about, whatever order they were measured in.
    expect(measured.models.map(({ versionId }) => versionId)).toEqual(['random', 'trained']);
    expect(measured.dataset).toMatchObject({ classes: 10, train: 240, validation: 10, majorityShare: 0.1 });
  });

  it('say how good each cut is, how it was seen, and where the network serves best', () => {
    const { cuts, similarity, learningCurve, picturesPerSecond } = modelOf(measured, 'trained');
    expect(cuts).toHaveLength(10);
    const candidates = cuts.filter(({ isCandidate }) => isCandidate);
    expect(candidates.map(({ layer }) => layer)).toEqual([
      'block_6_expand_relu',
      'block_13_expand_relu',
      'out_relu',
    ]);
    for (const { scores } of candidates) {
      expect(scores.nearestNeighbours).toBeGreaterThan(0.15);
      expect(scores.hScore).toBeGreaterThan(1);
      expect(scores.logMe).not.toBeNull();
    }
    for (const { pictures, scores, statistics, featureDim } of cuts) {
      expect(pictures).toBe(240);
      expect(scores.probe?.standardError).toBeGreaterThan(0);
      expect(statistics?.mean).toHaveLength(featureDim);
    }
    const accuracies = cuts.map(({ scores }) => scores.probe?.accuracy ?? 0);
    const best = accuracies.indexOf(Math.max(...accuracies));
    expect(accuracies[best]).toBeGreaterThan(0.4);
    expect(similarity?.peakLayer).toBe(cuts[best]?.layer);
    expect(similarity?.lateGap).toBeCloseTo((accuracies[best] ?? 0) - (accuracies.at(-1) ?? 0), 6);
    expect(similarity?.batchNormShifts.length).toBeGreaterThan(5);
    const depths = similarity?.batchNormShifts.map(({ depth }) => depth) ?? [];
    expect(depths).toEqual(depths.toSorted((a, b) => a - b));
    expect(similarity?.batchNormShift).toBeGreaterThan(0.05);
    expect(similarity?.batchNormShift).toBeLessThan(2);
    expect(learningCurve?.points.map(({ pictures }) => pictures)).toEqual([60, 120, 240]);
    expect(picturesPerSecond).toBeGreaterThan(0);
  });

  it('are reported in words, with progress for each', () => {
    expect(log.join('\n')).toMatch(/trained takes \d+\.\d pictures of 96 × 96 a second here/);
    expect(log.join('\n')).toMatch(/2 models were measured on 128 pictures of 240/);
    expect(log.join('\n')).toMatch(/random is dropped\. On 128 pictures/);
    expect(progress.get('running trained on training pictures')).toEqual([240, 240]);
    expect(progress.get('running random on training pictures')).toEqual([128, 128]);
    expect(progress.get('measuring the layers of trained')).toEqual([10, 10]);
  });

  it('give the same numbers again for the same seed, with an empty cache and with a warm one', async () => {
    const models = [workshop.random, workshop.trained];
    const warm = await measure({ models });
    expect(timeless(warm)).toEqual(timeless(measured));
    const small = await workshop.variant('few', (index) => ({
      ...index,
      images: trainOf(index).slice(0, 40),
    }));
    const again = { models: [workshop.random], datasetFolder: small };
    const one = await measure({ ...again, cacheFolder: join(workshop.folder, 'cache-1') });
    const two = await measure({ ...again, cacheFolder: join(workshop.folder, 'cache-2') });
    expect(timeless(two)).toEqual(timeless(one));
  });

  it('leave warm features: the job that follows computes none of a training picture', async () => {
    const training = new Set(trainOf(workshop.index).map(({ sha256 }) => sha256));
    const before = await picturesInShards(join(workshop.folder, 'cache'));
    await runStrategy({
      strategy: 'feature-extraction-svm',
      parameters: {},
      baseFolder: workshop.trained.folder,
      outputFolder: join(workshop.folder, 'output'),
      ...workshop.input({}),
      on: { progress: () => undefined, log: () => undefined, metric: () => undefined },
    });
    const added = [...(await picturesInShards(join(workshop.folder, 'cache')))].filter(
      ([path]) => !before.has(path),
    );
    expect(added.length).toBeGreaterThan(0);
    expect(added.flatMap(([, pictures]) => pictures).filter((picture) => training.has(picture))).toEqual([]);
  });

  it('never read the test split', async () => {
    const damaged = join(workshop.folder, 'damaged');
    const { datasetFolder, index } = workshop;
    const bytesOf = async (image: IndexedImage) => {
      const bytes = await pictureOf(datasetFolder, image, index);
      return image.split === 'train' ? bytes : Buffer.alloc(bytes.length);
    };
    await layOut(damaged, index, bytesOf, { keepsDigests: true });
    const { models } = await measure({
      models: [workshop.random],
      datasetFolder: damaged,
      cacheFolder: join(workshop.folder, 'cache-of-damaged'),
    });
    expect(models).toMatchObject([{ state: 'MEASURED', pictures: 240 }]);
  });
});

describe('a budget', () => {
  /** A clock that stands still but for batches that went through a network, which take a second each. */
  const clock = () => {
    let seconds = 0;
    const on: MeasureInput['on'] = {
      progress: (phase) => {
        if (phase.startsWith('running')) seconds += 1;
      },
      log: () => undefined,
    };
    return { now: () => 1000 * seconds, on };
  };

  it('that is too small for the second model says so, and takes the first as far as it goes', async () => {
    const { models, rungs } = await measure({
      models: [
        workshop.random,
        { ...workshop.random, versionId: 'second', createdAt: '2025-01-01T00:00:00.000Z' },
      ],
      cacheFolder: join(workshop.folder, 'cache-of-budget'),
      budgetSeconds: 3,
      ...clock(),
    });
    // 32 pictures took two seconds, a batch and its report; the one that is left holds no sixteen more.
    expect(models[0]).toMatchObject({ state: 'MEASURED', picturesPerSecond: 16 });
    const pictures = models[0]?.pictures ?? 0;
    expect(pictures).toBeGreaterThanOrEqual(32);
    expect(pictures).toBeLessThan(48);
    expect(models[0]?.reason).toBe('The time held no more pictures.');
    expect(models[1]).toMatchObject({ state: 'NOT_REACHED', pictures: 0, cuts: [], picturesPerSecond: null });
    expect(models[1]?.reason).toMatch(/The time was spent before its turn/);
    expect(rungs).toEqual([{ pictures, models: 1 }]);
  });

  it('that is gone leaves out what does not decide, not what does', async () => {
    const { models } = await measure({ models: [workshop.random], budgetSeconds: 1, ...clock() });
    const [model] = models;
    expect(model).toMatchObject({ state: 'MEASURED', learningCurve: null });
    expect(model?.cuts).toHaveLength(2);
    for (const { scores } of model?.cuts ?? []) {
      expect(scores.probe).not.toBeNull();
      expect(scores.hScore).toBeNull();
    }
  });

  it('ends when the signal does', async () => {
    const controller = new AbortController();
    const reason = new Error('nobody waits any more');
    const aborted = measure({
      models: [workshop.trained],
      cacheFolder: join(workshop.folder, 'cache-of-aborted'),
      signal: controller.signal,
      on: { progress: () => controller.abort(reason), log: () => undefined },
    });
    await expect(aborted).rejects.toBe(reason);
  });
});

describe('models that cannot be used', () => {
  it('say why, and do not stop the others', async () => {
    const { models } = await measure({
      models: [
        await workshop.model('cut off', [{ path: 'model.json', bytes: Buffer.from('{"format":') }]),
        { ...workshop.random, versionId: 'gone', folder: join(workshop.folder, 'nowhere') },
        await workshop.model('two channels', await networkOf(2)),
        workshop.random,
      ],
    });
    expect(models.map(({ state }) => state)).toEqual(['UNUSABLE', 'UNUSABLE', 'UNUSABLE', 'MEASURED']);
    expect(models[0]?.reason).toBe('model.json is not JSON; upload it again.');
    expect(models[1]?.reason).toBe('It could not be loaded. Publish its files again.');
    expect(models[2]?.reason).toMatch(/1 or 3/);
    expect(JSON.stringify(models)).not.toContain(workshop.folder);
  });

  it('take grey pictures where they want them', async () => {
    const grey = await workshop.model('grey', await networkOf(1));
    expect((await measure({ models: [grey] })).models[0]).toMatchObject({ state: 'MEASURED', pictures: 240 });
  });

  it('can be all there are, or none', async () => {
    const gone = { ...workshop.random, folder: join(workshop.folder, 'nowhere') };
    expect(await measure({ models: [gone] })).toMatchObject({ rungs: [], models: [{ state: 'UNUSABLE' }] });
    expect(await measure({ models: [] })).toMatchObject({ rungs: [], models: [] });
  });
});

describe('memory and cache', () => {
  it('a cache that is emptied in the middle is filled again', async () => {
    const cacheFolder = join(workshop.folder, 'cache-that-goes');
    let emptied = 0;
    const measurements = await measure({
      models: [workshop.random],
      cacheFolder,
      on: {
        progress: () => undefined,
        log: (line) => {
          if (!line.includes('pictures of 32 × 32')) return;
          emptied += 1;
          rmSync(cacheFolder, { recursive: true });
        },
      },
    });
    expect(emptied).toBe(1);
    const reference = await measure({ models: [workshop.random] });
    expect(timeless(measurements)).toEqual(timeless(reference));
  });
  it('a cache without room only costs time', async () => {
    const measurements = await measure({
      models: [workshop.random],
      cacheFolder: join(workshop.folder, 'cache-of-nothing'),
      cacheBytes: 0,
    });
    expect(timeless(measurements)).toEqual(timeless(await measure({ models: [workshop.random] })));
  });
});

describe('similarity to what a network was trained on', () => {
  it('is the distance to the statistics that the zoo knows, at the deepest cut', async () => {
    const [{ cuts } = { cuts: [] }] = (await measure({ models: [workshop.random] })).models;
    const known = cuts.slice(0, 1).map(({ featureKey, statistics }, at) => ({
      featureKey,
      datasetVersionId: `source ${at}`,
      mean: statistics?.mean.map((value) => value + 1) ?? [],
      variance: statistics?.variance ?? [],
    }));
    const { models } = await measure({ models: [workshop.random], known });
    const frechet = models[0]?.similarity?.frechet;
    expect(frechet).toMatchObject({ layer: cuts[0]?.layer, datasetVersionId: 'source 0' });
    expect(frechet?.distance).toBeCloseTo(Math.sqrt(cuts[0]?.featureDim ?? 0), 3);
  });
});

describe('a transfer profile', () => {
  it('measures every depth, but for those that others have measured', async () => {
    const { cuts } = modelOf(measured, 'trained');
    const knownKeys = cuts.slice(0, 6).map(({ featureKey }) => featureKey);
    const input = workshop.input({ now: () => 0 });
    const profile = await measureProfile({ ...input, model: workshop.trained, knownKeys });
    expect(profile.cuts.map(({ layer }) => layer)).toEqual(cuts.map(({ layer }) => layer));
    expect(profile.cuts.map(({ featureKey }) => featureKey)).toEqual(
      cuts.map(({ featureKey }) => featureKey),
    );
    expect(profile.cuts.map(({ pictures }) => pictures)).toEqual([0, 0, 0, 0, 0, 0, 240, 240, 240, 240]);
    expect(profile.cuts.slice(6).every(({ scores }) => scores.probe !== null)).toBe(true);
    const all = await measureProfile({
      ...input,
      model: workshop.trained,
      knownKeys: cuts.map(({ featureKey }) => featureKey),
    });
    expect(all).toMatchObject({ state: 'MEASURED', pictures: 0 });
    expect(all.cuts).toHaveLength(10);
  });

  it('of a slow network is made on fewer pictures: a job may wait for it', async () => {
    let time = 0;
    // Every look at the clock costs a third of a minute.
    const now = () => (time += 20_000);
    const input = workshop.input({ cacheFolder: join(workshop.folder, 'cache-of-a-slow-one'), now });
    const profile = await measureProfile({ ...input, model: workshop.trained });
    expect(profile.state).toBe('MEASURED');
    expect(profile.pictures).toBeGreaterThan(0);
    expect(profile.pictures).toBeLessThan(240);
  });
});

async function networkOf(channels: number) {
  return savedFiles(
    tf.sequential({
      layers: [
        tf.layers.conv2d({ filters: 4, kernelSize: 3, strides: 2, inputShape: [24, 24, channels] }),
        tf.layers.globalAveragePooling2d({}),
        tf.layers.dense({ units: 2 }),
      ],
    }),
  );
}

/** By path of a shard, the digests of its pictures. */
async function picturesInShards(folder: string): Promise<Map<string, string[]>> {
  const entries = await readdir(folder, { recursive: true });
  const shards = entries.filter((entry) => entry.endsWith('.features'));
  const headers = await Promise.all(
    shards.map(async (path) => [path, (await readShardHeader(join(folder, path)))?.images ?? []] as const),
  );
  return new Map(headers);
}
