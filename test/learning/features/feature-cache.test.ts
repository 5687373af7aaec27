import { readdir, mkdtemp, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { extractFeatures } from '../../../src/learning/features/extract-features.js';
import { FeatureCache } from '../../../src/learning/features/feature-cache.js';
import {
  createFeatureExtractor,
  type FeatureExtractor,
} from '../../../src/learning/features/feature-extractor.js';
import { composeBackbone } from '../../../src/learning/tfjs-layers/compose-classifier.js';
import { loadTfjsLayers } from '../../../src/learning/tfjs-layers/load-tfjs-layers.js';
import { filesInMemory } from '../../../src/learning/tfjs-layers/model-files.js';
import { openCachedPrefixData } from '../../../src/learning/training/data/cached-prefix-data.js';
import { makePictures, sourceOf } from '../support/pictures.js';
import { smallNetwork } from './small-network.js';

const model = await smallNetwork();
const pictures = await makePictures(12);
const pool = { layer: 'pool', pooling: 'average' } as const;
const relu = { layer: 'relu', pooling: 'flatten' } as const;
const large = 2 ** 30;

let folder: string;
let extractor: FeatureExtractor;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'features-'));
  extractor = await createFeatureExtractor({ model, cuts: [pool], threads: 1 });
});
afterEach(async () => {
  await extractor.dispose();
  await rm(folder, { recursive: true, force: true });
});

describe('FeatureCache', () => {
  it('gives the rows it was given before, to the last bit, and reads a sample of pictures only', async () => {
    const cache = new FeatureCache(folder, large);
    const [first] = await extractFeatures(extractor, sourceOf(pictures), { cache });
    const again = sourceOf(pictures);
    const [second] = await extractFeatures(extractor, again, { cache });
    expect(second?.data).toEqual(first?.data);
    expect(again.reads.filter((reads) => reads > 0).length).toBeLessThanOrEqual(3);
    const [uncached] = await extractFeatures(extractor, sourceOf(pictures));
    expect(first?.data).toEqual(uncached?.data);
  });

  it('computes only the pictures that another data set did not bring already, in any order', async () => {
    const cache = new FeatureCache(folder, large);
    const [whole] = await extractFeatures(extractor, sourceOf(pictures));
    await extractFeatures(extractor, sourceOf(pictures.slice(0, 8)), { cache });
    const mixed = sourceOf([...pictures].reverse());
    const [rows] = await extractFeatures(extractor, mixed, { cache });
    expect(mixed.reads.slice(0, 4)).toEqual([1, 1, 1, 1]);
    expect(mixed.reads.slice(4).filter((reads) => reads > 0).length).toBeLessThanOrEqual(3);
    const dim = extractor.cuts[0]?.featureDim ?? 0;
    for (let i = 0; i < 12; i++) {
      expect(rows?.data.subarray(i * dim, (i + 1) * dim)).toEqual(
        whole?.data.subarray((11 - i) * dim, (12 - i) * dim),
      );
    }
  });

  it('keeps several cuts of one pass, each under its own key', async () => {
    const cache = new FeatureCache(folder, large);
    const both = await createFeatureExtractor({ model, cuts: [pool, relu], threads: 1 });
    const [pooled, flat] = await extractFeatures(both, sourceOf(pictures), { cache });
    await both.dispose();
    expect(pooled?.featureDim).toBe(8);
    expect(flat?.featureDim).toBe(15 * 15 * 8);
    const alone = sourceOf(pictures);
    const [again] = await extractFeatures(extractor, alone, { cache });
    expect(again?.data).toEqual(pooled?.data);
    expect(alone.reads.filter((reads) => reads > 0).length).toBeLessThanOrEqual(3);
  });

  it('keeps in the same pass what a training will read, and gives it to nobody else', async () => {
    const cache = new FeatureCache(folder, large);
    const both = await createFeatureExtractor({ model, cuts: [pool, relu], threads: 1 });
    const given = await extractFeatures(both, sourceOf(pictures), { cache, keptAlongside: 1 });
    await both.dispose();
    expect(given.map(({ featureDim }) => featureDim)).toEqual([8]);

    const prefix = await createFeatureExtractor({ model, cuts: [relu], threads: 1 });
    const images = sourceOf(pictures);
    const labels = new Int32Array(pictures.length);
    const [maps] = await openCachedPrefixData({ extractor: prefix, images, labels, cache });
    expect(images.reads.filter((reads) => reads > 0).length).toBeLessThanOrEqual(3);
    const [direct] = await extractFeatures(prefix, sourceOf(pictures));
    const kept = await maps?.read([0, 5], 0);
    const { featureDim = 0, data } = direct ?? {};
    for (const [row, picture] of [0, 5].entries()) {
      for (let at = 0; at < featureDim; at++) {
        expect(kept?.[row * featureDim + at]).toBeCloseTo(data?.[picture * featureDim + at] ?? NaN, 2);
      }
    }
    await maps?.dispose();
    await prefix.dispose();
  });

  it('handles a picture that stands in a source twice', async () => {
    const cache = new FeatureCache(folder, large);
    const source = sourceOf([...pictures.slice(0, 3), ...pictures.slice(0, 3)]);
    const [rows] = await extractFeatures(extractor, source, { cache });
    expect(source.reads).toEqual([1, 1, 1, 0, 0, 0]);
    const half = (rows?.data.length ?? 0) / 2;
    expect(rows?.data.subarray(0, half)).toEqual(rows?.data.subarray(half));
  });

  it.each([
    ['a flipped byte', (bytes: Buffer) => (bytes[bytes.length - 5] = (bytes.at(-5) ?? 0) ^ 1)],
    ['a spoilt header', (bytes: Buffer) => bytes.fill(0xff, 8, 40)],
    ['no content', (bytes: Buffer) => bytes.fill(0)],
  ])('recomputes a shard with %s, and never uses it', async (_, damage) => {
    const cache = new FeatureCache(folder, large);
    const [first] = await extractFeatures(extractor, sourceOf(pictures), { cache });
    const [path = ''] = await shards();
    const bytes = await readFile(path);
    damage(bytes);
    await writeFile(path, bytes);
    const messages: string[] = [];
    const source = sourceOf(pictures);
    const [second] = await extractFeatures(extractor, source, {
      cache,
      log: (message) => messages.push(message),
    });
    expect(second?.data).toEqual(first?.data);
    expect(source.reads.every((reads) => reads === 1)).toBe(true);
    expect(messages.join()).toContain('damaged');
  });

  it('recomputes a shard that was cut off', async () => {
    const cache = new FeatureCache(folder, large);
    const [first] = await extractFeatures(extractor, sourceOf(pictures), { cache });
    for (const length of [0, 3, 9, 200]) {
      const [path = ''] = await shards();
      await writeFile(path, (await readFile(path)).subarray(0, length));
      const [second] = await extractFeatures(extractor, sourceOf(pictures), { cache });
      expect(second?.data).toEqual(first?.data);
    }
  });

  it('throws the cache away when recomputed rows differ from kept ones', async () => {
    const cache = new FeatureCache(folder, large);
    // Rows of other pictures under these pictures' digests: valid files with wrong content.
    const others = sourceOf(await makePictures(12, 7));
    const source = sourceOf(pictures);
    await extractFeatures(extractor, { ...others, sha256: (index) => source.sha256(index) }, { cache });
    const messages: string[] = [];
    const [rows] = await extractFeatures(extractor, source, {
      cache,
      log: (message) => messages.push(message),
    });
    const [expected] = await extractFeatures(extractor, sourceOf(pictures));
    expect(rows?.data).toEqual(expected?.data);
    expect(messages.join()).toContain('differ');
  });

  it('computes once when two ask at the same time', async () => {
    const sources = [sourceOf(pictures), sourceOf(pictures)];
    const results = await Promise.all(
      sources.map((source) => extractFeatures(extractor, source, { cache: new FeatureCache(folder, large) })),
    );
    expect(results[0]?.[0]?.data).toEqual(results[1]?.[0]?.data);
    const reads = sources.map((source) => source.reads.reduce((a, b) => a + b, 0)).sort((a, b) => a - b);
    expect(reads[1]).toBe(12);
    expect(reads[0]).toBeLessThanOrEqual(3);
  });

  it('takes over the lock of a process that is gone', async () => {
    const cache = new FeatureCache(folder, large);
    await extractFeatures(extractor, sourceOf(pictures.slice(0, 1)), { cache });
    const key = extractor.cuts[0]?.key.slice(0, 16) ?? '';
    const { hostname } = await import('node:os');
    // No process has this number: it is above the largest one Linux gives.
    await writeFile(
      join(folder, 'locks', `${key}.lock`),
      JSON.stringify({ pid: 2 ** 30, host: hostname(), token: 'x' }),
    );
    const [rows] = await extractFeatures(extractor, sourceOf(pictures), { cache });
    expect(rows?.rows).toBe(12);
    expect(await readdir(join(folder, 'locks'))).toEqual([]);
  });

  it('says that it waits for another job, and stops waiting when aborted', async () => {
    const cache = new FeatureCache(folder, large);
    const key = extractor.cuts[0]?.key.slice(0, 16) ?? '';
    await extractFeatures(extractor, sourceOf(pictures.slice(0, 1)), { cache });
    const { hostname } = await import('node:os');
    await writeFile(
      join(folder, 'locks', `${key}.lock`),
      JSON.stringify({ pid: process.pid, host: hostname(), token: 'x' }),
    );
    const controller = new AbortController();
    const waiting = extractFeatures(extractor, sourceOf(pictures), {
      cache,
      signal: controller.signal,
      log: (message) => message.includes('waiting') && controller.abort(new Error('cancelled')),
    });
    await expect(waiting).rejects.toThrow('cancelled');
  });

  it('keeps what was computed before an abort', async () => {
    const cache = new FeatureCache(folder, large);
    const controller = new AbortController();
    const source = sourceOf(pictures);
    const aborted = extractFeatures(extractor, source, {
      cache,
      batchSize: 4,
      signal: controller.signal,
      progress: (done) => done >= 4 && controller.abort(new Error('cancelled')),
    });
    await expect(aborted).rejects.toThrow('cancelled');
    expect(await readdir(join(folder, 'locks'))).toEqual([]);
    expect((await shards()).length + (await temporaries()).length).toBe(0);
    const [rows] = await extractFeatures(extractor, sourceOf(pictures), { cache });
    expect(rows?.rows).toBe(12);
  });

  it('stays below its size: what was not used for long goes first', async () => {
    const cache = new FeatureCache(folder, large);
    await extractFeatures(extractor, sourceOf(pictures.slice(0, 4)), { cache });
    const [old = ''] = await shards();
    const lastYear = new Date(Date.now() - 3e10);
    await utimes(old, lastYear, lastYear);
    const size = (await stat(old)).size;
    await extractFeatures(extractor, sourceOf(pictures.slice(4, 8)), {
      cache: new FeatureCache(folder, Math.round(size * 1.5)),
    });
    const left = await shards();
    expect(left.length).toBe(1);
    expect(left).not.toContain(old);
  });

  it('keys rows by the weights, the cut, the pooling and the preprocessing, and not by what comes after the cut', async () => {
    const keyOf = async (
      ...[from, cut]: [typeof model, typeof pool | typeof relu | { layer: string; pooling: 'average' }]
    ) => {
      const made = await createFeatureExtractor({ model: from, cuts: [cut], threads: 1 });
      await made.dispose();
      return made.cuts[0]?.key;
    };
    const base = await keyOf(model, pool);
    const files = composeBackbone(model, 'pool').files;
    expect(await keyOf(await loadTfjsLayers(filesInMemory(files)), pool)).toBe(base);
    const preprocessed = await loadTfjsLayers(filesInMemory(files), { input: { range: [-1, 1] } });
    expect(await keyOf(preprocessed, pool)).not.toBe(base);
    expect(await keyOf(model, relu)).not.toBe(await keyOf(model, { layer: 'relu', pooling: 'average' }));
    const changed = files.map((file) =>
      file.path === 'weights/norm.bin' ? { ...file, bytes: Uint8Array.from(file.bytes).fill(0, 0, 4) } : file,
    );
    expect(await keyOf(await loadTfjsLayers(filesInMemory(changed)), pool)).not.toBe(base);
  });
});

async function entries(extension: string): Promise<string[]> {
  const found = await readdir(folder, { recursive: true });
  return found.filter((name) => name.endsWith(extension)).map((name) => join(folder, name));
}
const shards = () => entries('.features');
const temporaries = () => entries('.tmp');
