import { createHash, randomBytes } from 'node:crypto';
import { chmod, mkdtemp, readFile, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { BlobCache } from '../../src/jobs/worker/blob-cache.js';
import { LocalStore } from '../../src/zoo/object-store/local-store.js';
import type { BlobAddress, ObjectStore } from '../../src/zoo/object-store/object-store.js';

let root: string;
let store: ObjectStore;
let folder: string;
let reads: string[];
const never = new AbortController().signal;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'zoo-cache-'));
  store = await LocalStore.open(join(root, 'store'));
});
afterAll(async () => {
  await store.close();
  await rm(root, { recursive: true, force: true });
});
beforeEach(async () => {
  folder = await mkdtemp(join(root, 'cache-'));
  reads = [];
});

/** A cache on the real store, with a note of what it asks for. */
function openCache(limitBytes = 1_000_000): BlobCache {
  const noting: ObjectStore = Object.create(store, {
    read: {
      value: (sha256: string) => {
        reads.push(sha256);
        return store.read(sha256);
      },
    },
  }) as ObjectStore;
  return new BlobCache(folder, noting, limitBytes);
}

async function storeBytes(bytes = randomBytes(1000)): Promise<BlobAddress> {
  const address = { sha256: createHash('sha256').update(bytes).digest('hex'), sizeBytes: bytes.length };
  await store.put(Readable.from([bytes]), address);
  return address;
}

const entryOf = ({ sha256 }: BlobAddress) => join(folder, 'blobs', sha256.slice(0, 2), sha256);
const digestOfFile = async (path: string) =>
  createHash('sha256')
    .update(await readFile(path))
    .digest('hex');

test('fetches a blob once and places it as often as it is asked for, read-only', async () => {
  const cache = openCache();
  const address = await storeBytes();
  for (const job of ['one', 'two']) {
    const path = join(folder, job, 'weights/a.bin');
    await cache.place(address, path, never);
    expect(await digestOfFile(path)).toBe(address.sha256);
    expect((await stat(path)).mode & 0o222).toBe(0);
  }
  expect(reads).toEqual([address.sha256]);
});

test('serves jobs that ask for the same blob at the same time', async () => {
  const cache = openCache();
  const address = await storeBytes();
  const paths = Array.from({ length: 8 }, (_, job) => join(folder, `job-${job}`, 'a.bin'));
  await Promise.all(paths.map((path) => cache.place(address, path, never)));
  for (const path of paths) expect(await digestOfFile(path)).toBe(address.sha256);
  expect(await readdir(join(folder, 'incoming'))).toEqual([]);
});

test('fetches an entry again whose bytes have changed', async () => {
  const cache = openCache();
  const address = await storeBytes();
  await cache.place(address, join(folder, 'one'), never);
  await chmod(entryOf(address), 0o644);
  await writeFile(entryOf(address), randomBytes(address.sizeBytes));
  await cache.place(address, join(folder, 'two'), never);
  expect(await digestOfFile(join(folder, 'two'))).toBe(address.sha256);
  expect(await digestOfFile(entryOf(address))).toBe(address.sha256);
  expect(reads).toHaveLength(2);
});

test('refuses bytes of the store that do not have the digest, and keeps nothing of them', async () => {
  const address = await storeBytes();
  const lying: ObjectStore = Object.create(store, {
    read: { value: () => Promise.resolve(Readable.from([randomBytes(address.sizeBytes)])) },
  }) as ObjectStore;
  const cache = new BlobCache(folder, lying, 1_000_000);
  await expect(cache.place(address, join(folder, 'one'), never)).rejects.toMatchObject({
    code: 'DIGEST_MISMATCH',
  });
  await expect(stat(join(folder, 'one'))).rejects.toMatchObject({ code: 'ENOENT' });
  expect(await readdir(join(folder, 'incoming'))).toEqual([]);
});

test('evicts the least recently used, and takes no file from under a job', async () => {
  const cache = openCache(2500);
  const addresses = [await storeBytes(), await storeBytes(), await storeBytes()];
  for (const [index, address] of addresses.entries()) {
    await cache.place(address, join(folder, 'job', String(index)), never);
    const time = new Date(Date.now() - 10_000 + index * 1000);
    await utimes(entryOf(address), time, time);
  }
  const [first, second, third] = addresses as [BlobAddress, BlobAddress, BlobAddress];
  // Using the oldest again makes the second the least recently used.
  await cache.place(first, join(folder, 'job', 'again'), never);
  await cache.evict();
  await expect(stat(entryOf(second))).rejects.toMatchObject({ code: 'ENOENT' });
  for (const kept of [first, third]) expect((await stat(entryOf(kept))).size).toBe(1000);
  expect(await digestOfFile(join(folder, 'job', '1'))).toBe(second.sha256);
});

test('removes what a crash left half fetched, and not what is being fetched', async () => {
  const cache = openCache();
  await cache.place(await storeBytes(), join(folder, 'one'), never);
  const [abandoned, fresh] = ['abandoned', 'fresh'].map((name) => join(folder, 'incoming', name)) as [
    string,
    string,
  ];
  for (const path of [abandoned, fresh]) await writeFile(path, 'half');
  const longAgo = new Date(Date.now() - 2 * 3_600_000);
  await utimes(abandoned, longAgo, longAgo);
  await cache.evict();
  expect(await readdir(join(folder, 'incoming'))).toEqual(['fresh']);
});
