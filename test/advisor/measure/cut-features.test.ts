import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { readCutFeatures } from '../../../src/advisor/measure/cut-features.js';
import { createFeatureExtractor } from '../../../src/learning/features/feature-extractor.js';
import { FeatureCache } from '../../../src/learning/features/feature-cache.js';
import { loadTfjsLayers } from '../../../src/learning/tfjs-layers/load-tfjs-layers.js';
import { filesInMemory } from '../../../src/learning/tfjs-layers/model-files.js';
import { makePictures, sourceOf } from '../../learning/support/pictures.js';
import { randomNetwork } from './clothing-advice.js';

it('where memory does not hold the features of all cuts, they are the same one cut at a time', async () => {
  const model = await loadTfjsLayers(filesInMemory(await randomNetwork()));
  const cuts = model.manifest.cutPoints.filter(({ outputShape }) => outputShape.length === 4);
  expect(cuts.length).toBeGreaterThan(1);
  const extractor = await createFeatureExtractor({
    model,
    cuts: cuts.map(({ layer }) => ({ layer, pooling: 'average' })),
    threads: 1,
  });
  onTestFinished(() => extractor.dispose());
  const folder = await mkdtemp(join(tmpdir(), 'zoo-cut-features-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const source = sourceOf(await makePictures(40));
  let passes = 0;
  const read = (name: string, memoryBytes: number) =>
    readCutFeatures({
      extractor,
      pictures: { source, labels: Int32Array.from({ length: 40 }, (_, row) => row % 2) },
      cache: new FeatureCache(join(folder, name), 1e8),
      memoryBytes,
      signal: new AbortController().signal,
      progress: (done, total) => (passes += done === total ? 1 : 0),
      log: () => undefined,
    });
  const together = await read('together', 1e6);
  const oneByOne = await read('one-by-one', 0);
  expect(passes).toBeGreaterThan(0);
  const reads = source.reads.reduce((sum, count) => sum + count, 0);
  for (const [at] of cuts.entries()) {
    expect(await oneByOne.at(at)).toEqual(await together.at(at));
  }
  // From the cache, but for the three of each that are computed again to hold it to them.
  expect(source.reads.reduce((sum, count) => sum + count, 0) - reads).toBe(3 * cuts.length);
});
