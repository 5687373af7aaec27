import { execFile } from 'node:child_process';
import { lstat, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FeatureCache } from '../../../../src/learning/features/feature-cache.js';
import { createFeatureExtractor } from '../../../../src/learning/features/feature-extractor.js';
import {
  openShard,
  rowBytes,
  writeShard,
  type ShardHeader,
} from '../../../../src/learning/features/feature-shard.js';
import { augmentations } from '../../../../src/learning/images/augmentation.js';
import { createRandom } from '../../../../src/learning/random.js';
import { hashBytes } from '../../../../src/learning/sha256.js';
import { composeBackbone } from '../../../../src/learning/tfjs-layers/compose-classifier.js';
import { openCachedPrefixData } from '../../../../src/learning/training/data/cached-prefix-data.js';
import { LivePrefixData } from '../../../../src/learning/training/data/live-prefix-data.js';
import { smallNetwork } from '../../features/small-network.js';
import { makePictures, sourceOf } from '../../support/pictures.js';

const model = await smallNetwork();
const pictures = await makePictures(8);
const all = [...pictures.keys()];
const labels = new Int32Array(pictures.length);
const augmentation = augmentations.light;
const views = 2;
const relu = { layer: 'relu', pooling: 'flatten' } as const;
const extractor = await createFeatureExtractor({ model, cuts: [relu], threads: 1 });
const live = new LivePrefixData({ extractor, images: sourceOf(pictures), labels, augmentation, views });
const expected = [await live.read(all, 0), await live.read(all, 1)];
afterAll(() => extractor.dispose());

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'damaged-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Opens the data, holds all its rows to what the network gives, and tells what was logged and decoded. */
async function check(cacheFolder = folder, memoryBytes = 0): Promise<{ log: string; reads: number }> {
  const log: string[] = [];
  const images = sourceOf(pictures);
  const [data] = await openCachedPrefixData({
    extractor,
    images,
    labels,
    cache: new FeatureCache(cacheFolder, 2 ** 30),
    augmentation,
    views,
    memoryBytes,
    log: (message) => log.push(message),
  });
  const reads = images.reads.reduce((sum, count) => sum + count, 0);
  for (let view = 0; view < views; view++) expect(await data?.read(all, view)).toEqual(expected[view]);
  await data?.dispose();
  return { log: log.join('\n'), reads };
}

async function shards(): Promise<string[]> {
  const found = await readdir(folder, { recursive: true });
  return found.filter((name) => name.endsWith('.features')).map((name) => join(folder, name));
}

describe('a damaged cache', () => {
  const random = createRandom(5);
  const spoil: [string, (bytes: Buffer) => Buffer][] = [
    [
      'a flipped bit',
      (bytes) => {
        const at = random.below(bytes.length);
        bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
        return bytes;
      },
    ],
    [
      'a flipped bit of the header',
      (bytes) => {
        const at = random.below(200);
        bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
        return bytes;
      },
    ],
    ['an end cut off', (bytes) => bytes.subarray(0, random.below(bytes.length))],
    ['bytes too many', (bytes) => Buffer.concat([bytes, Buffer.alloc(1 + random.below(5000))])],
    [
      'a stretch of other bytes',
      (bytes) => {
        const at = random.below(bytes.length);
        return bytes.fill(0xa5, at, Math.min(bytes.length, at + 4096));
      },
    ],
    ['nothing in it', () => Buffer.alloc(0)],
  ];

  it.each(spoil)('is never used where a shard has %s, and mended', async (_, damage) => {
    await check();
    for (let round = 0; round < 6; round++) {
      const [path = ''] = await shards();
      await writeFile(path, damage(await readFile(path)));
      const { log, reads } = await check();
      expect(log).toContain('damaged');
      expect(reads).toBe(8 + 3);
      expect(await check()).toEqual({ log: '', reads: 6 });
    }
  });

  // Whole files, rightly named by their digest, that say what is not so.
  it.each<[string, (header: ShardHeader) => Partial<ShardHeader>]>([
    ['of another length', ({ featureDim }) => ({ featureDim: featureDim + 1 })],
    ['of another type', ({ featureDim }) => ({ featureDim: featureDim / 2, dtype: 'float32' })],
    ['of another network', () => ({ key: hashBytes('another') })],
  ])('is never used where rows are %s', async (_, change) => {
    await check();
    for (const path of await shards()) {
      const shard = await openShard(path);
      if (shard === undefined) throw new Error('no shard');
      const header = { ...shard.header, ...change(shard.header) };
      await shard.close();
      await rm(path);
      await writeShard(dirname(path), header, new Uint8Array(header.images.length * rowBytes(header)));
    }
    const { log, reads } = await check();
    expect(log).toContain('damaged');
    expect(reads).toBe(16);
    expect((await shards()).length).toBe(2);
  });

  it('is never used where a rightly named file is no shard', async () => {
    await check();
    for (const path of await shards()) {
      const prefix = Buffer.from('MZF1\xff\xff\xff\x03', 'latin1');
      for (const content of [Buffer.from('hello'), prefix, Buffer.concat([prefix, Buffer.alloc(99, '{')])]) {
        await writeFile(join(dirname(path), `${hashBytes(content)}.features`), content);
      }
      await mkdir(join(dirname(path), `${hashBytes('a folder')}.features`));
      await rm(path);
    }
    expect((await check()).reads).toBe(16);
  });

  it('stays where it is while a shard cannot be opened, and is computed meanwhile', async () => {
    await check();
    const [path = ''] = await shards();
    await rm(path);
    await symlink(basename(path), path);
    const { log, reads } = await check();
    expect(log).toContain('cannot be read for now (ELOOP)');
    expect(log).not.toContain('damaged');
    expect(reads).toBe(8 + 3);
    expect((await lstat(path)).isSymbolicLink()).toBe(true);
  });

  it('is thrown away where its rows belong to other pictures', async () => {
    await check();
    for (const path of await shards()) {
      const shard = await openShard(path);
      if (shard === undefined) throw new Error('no shard');
      const { header } = shard;
      const rows = new Uint8Array(header.images.length * rowBytes(header));
      await shard.read(0, header.images.length, rows);
      await shard.close();
      await rm(path);
      await writeShard(dirname(path), { ...header, images: [...header.images].reverse() }, rows);
    }
    const { log, reads } = await check();
    expect(log).toContain('differ');
    // Two samples of three and both views.
    expect(reads).toBe(6 + 16);
    expect(await check()).toEqual({ log: '', reads: 6 });
  });
});

describe('a cache that cannot be written', () => {
  it.each([0, 2 ** 30])(
    'gives right rows where its folder is a file (%i bytes of memory)',
    async (memoryBytes) => {
      const file = join(folder, 'a-file');
      await writeFile(file, '');
      const { log } = await check(file, memoryBytes);
      expect(log).toContain('could not be kept');
      expect(log).not.toContain(folder);
      expect(log.includes('whenever they are read')).toBe(memoryBytes === 0);
    },
  );

  it('gives right rows where the folders of its keys are files', async () => {
    await check();
    for (const path of await shards()) {
      await rm(dirname(path), { recursive: true });
      await writeFile(dirname(path), 'in the way');
    }
    expect((await check()).log).toContain('could not be kept');
  });
});

describe('a cache filled by several processes', () => {
  let jobs: string;
  beforeAll(async () => {
    jobs = await mkdtemp(join(tmpdir(), 'jobs-'));
    for (const { path, bytes } of composeBackbone(model, 'relu').files) {
      await mkdir(dirname(join(jobs, 'model', path)), { recursive: true });
      await writeFile(join(jobs, 'model', path), bytes);
    }
    await mkdir(join(jobs, 'pictures'));
    for (const [index, bytes] of pictures.entries()) {
      await writeFile(join(jobs, 'pictures', `${index}.jpg`), bytes);
    }
  });
  afterAll(() => rm(jobs, { recursive: true, force: true }));

  const fillCache = async (before = ''): Promise<{ reads: number; rows: string; log: string[] }> => {
    const script = fileURLToPath(new URL('fill-cache.mjs', import.meta.url));
    const job = JSON.stringify({
      cacheFolder: folder,
      modelFolder: join(jobs, 'model'),
      picturesFolder: join(jobs, 'pictures'),
      views,
    });
    const shell = ['-c', `${before} exec "$0" "$@"`, process.execPath, script, job];
    const { stdout } = await promisify(execFile)('bash', shell);
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}') as Awaited<ReturnType<typeof fillCache>>;
  };
  const digestOfRows = hashBytes(Buffer.concat(expected.map((rows) => new Uint8Array(rows.buffer))));

  it('is computed once for two jobs at once', async () => {
    const results = await Promise.all([fillCache(), fillCache()]);
    for (const { rows } of results) expect(rows).toBe(digestOfRows);
    const reads = results.reduce((sum, result) => sum + result.reads, 0);
    // Eight pictures in two views, and whatever the second to come has compared.
    expect(reads).toBeGreaterThanOrEqual(16);
    expect(reads).toBeLessThanOrEqual(16 + 2 * 3 * views);
    expect((await shards()).length).toBe(views);
    expect(await readdir(join(folder, 'locks'))).toEqual([]);
  });

  it('gives right rows on a disk that takes the beginning of a file only', async () => {
    // Files of at most 4 KiB, and an error instead of a signal for more: as on a full disk.
    const { rows, log } = await fillCache("trap '' XFSZ; ulimit -f 4;");
    expect(rows).toBe(digestOfRows);
    expect(log.join()).toContain('could not be kept (EFBIG)');
    for (const name of await readdir(folder, { recursive: true })) {
      expect((await stat(join(folder, name))).isDirectory()).toBe(true);
    }
  });
});
