import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { Client } from 'minio';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { S3Config } from '../../src/config.js';
import type { BlobAddress } from '../../src/zoo/object-store/object-store.js';
import { partSizeFor } from '../../src/zoo/object-store/s3-multipart-upload.js';
import { S3Store } from '../../src/zoo/object-store/s3-store.js';
import { leaveOut } from '../support/left-out.js';
import { remedyForNoS3Server, s3ServerNames, s3StartTimeoutMs } from '../support/s3-servers.js';
import { sharedServer } from '../support/shared-servers.js';
import { startBreakingProxy, type BreakingProxy } from './breaking-proxy.js';

const mebibyte = 1024 * 1024;

describe('parts of a multipart upload', () => {
  it.each([1, 8 * mebibyte, 1024 * mebibyte, 80_000 * mebibyte, 5 * 1024 * 1024 * mebibyte])(
    'are few enough and large enough for S3 when a blob has %i bytes',
    (sizeBytes) => {
      const partSize = partSizeFor(sizeBytes);
      expect(partSize).toBeGreaterThanOrEqual(5 * mebibyte);
      expect(Math.ceil(sizeBytes / partSize)).toBeLessThanOrEqual(10_000);
    },
  );

  it('fit three times into 64 MB for a blob of 1 GB', () => {
    expect(3 * partSizeFor(1024 * mebibyte)).toBeLessThanOrEqual(32 * mebibyte);
  });
});

for (const name of s3ServerNames) {
  const remedy = remedyForNoS3Server(name);
  if (remedy !== undefined) {
    leaveOut(`S3 store over a bad network on ${name}`, remedy);
    continue;
  }

  describe(`S3 store over a bad network on ${name}`, () => {
    let direct: S3Config;
    let proxy: BreakingProxy;
    let store: S3Store;
    beforeAll(async () => {
      const server = await sharedServer(name);
      direct = { ...server, publicEndpoint: undefined, region: 'us-east-1', bucket: `zoo-${randomUUID()}` };
      proxy = await startBreakingProxy(server.endpoint);
      store = await S3Store.open({ ...direct, endpoint: proxy.endpoint });
    }, s3StartTimeoutMs);
    afterAll(async () => {
      await store?.close();
      await proxy?.close();
    });

    it('delivers a blob whose connections break on the way up', async () => {
      for (const size of [1 * mebibyte, 20 * mebibyte]) {
        const bytes = randomBytes(size);
        const before = proxy.broken();
        proxy.breakNext(2, 500_000, 'up');
        const address = await put(bytes);
        expect(proxy.broken()).toBe(before + 2);
        expect((await buffer(await store.read(address.sha256))).equals(bytes)).toBe(true);
      }
    });

    it('reads a blob whose connections break on the way down', async () => {
      const bytes = randomBytes(12 * mebibyte);
      const { sha256 } = await put(bytes);
      const before = proxy.broken();
      proxy.breakNext(3, 3 * mebibyte, 'down');
      expect((await buffer(await store.read(sha256))).equals(bytes)).toBe(true);
      expect(proxy.broken()).toBe(before + 3);
      proxy.breakNext(1, 100_000, 'down');
      const part = await buffer(await store.read(sha256, { start: 1000, end: 5 * mebibyte }));
      expect(part.equals(bytes.subarray(1000, 5 * mebibyte + 1))).toBe(true);
    });

    it('gives up on a network that stays broken, and keeps nothing', async () => {
      const bytes = randomBytes(20 * mebibyte);
      const address = addressOf(bytes);
      proxy.breakNext(Infinity, 300_000, 'up');
      await expect(store.put(Readable.from([bytes]), address)).rejects.toMatchObject({
        code: 'STORE_UNAVAILABLE',
      });
      proxy.breakNext(0, 0, 'up');
      expect(await store.sizeOf(address.sha256)).toBeUndefined();
    });

    it('signs links for the address that clients know', async () => {
      const known = await S3Store.open({ ...direct, publicEndpoint: proxy.endpoint });
      try {
        const bytes = randomBytes(1000);
        const { sha256 } = await put(bytes);
        const link = await known.presignedGet(sha256, 60, {
          filename: 'größe "1".bin',
          contentType: 'text/plain',
        });
        expect(new URL(link).origin).toBe(proxy.endpoint);
        const answer = await fetch(link);
        expect(answer.headers.get('content-type')).toBe('text/plain');
        expect(answer.headers.get('content-disposition')).toBe(
          `attachment; filename="gr__e _1_.bin"; filename*=UTF-8''gr%C3%B6%C3%9Fe%20%221%22.bin`,
        );
        expect(Buffer.from(await answer.arrayBuffer()).equals(bytes)).toBe(true);
      } finally {
        await known.close();
      }
    });

    it('is opened by several servers at once that all find no bucket', async () => {
      const config = { ...direct, bucket: `zoo-${randomUUID()}` };
      const stores = await Promise.all([1, 2, 3, 4].map(() => S3Store.open(config)));
      await Promise.all(stores.map((opened) => opened.close()));
    });

    it('refuses to open with wrong keys, without an answer, or at an address with a path', async () => {
      const code = 'STORE_UNAVAILABLE';
      await expect(S3Store.open({ ...direct, secretAccessKey: 'wrong-secret' })).rejects.toMatchObject({
        code,
      });
      await expect(S3Store.open({ ...direct, endpoint: 'http://127.0.0.1:1' })).rejects.toMatchObject({
        code,
      });
      await expect(S3Store.open({ ...direct, endpoint: `${direct.endpoint}/s3` })).rejects.toMatchObject({
        code: 'CONFIG_INVALID',
      });
    });

    it('takes nothing for absent when the bucket is gone', async () => {
      const config = { ...direct, bucket: `zoo-${randomUUID()}` };
      const opened = await S3Store.open(config);
      const { hostname, port } = new URL(direct.endpoint);
      const { accessKeyId: accessKey, secretAccessKey: secretKey, region } = direct;
      const client = new Client({
        endPoint: hostname,
        port: Number(port),
        useSSL: false,
        region,
        accessKey,
        secretKey,
      });
      await client.removeBucket(config.bucket);
      try {
        const { sha256 } = addressOf(randomBytes(10));
        const code = 'STORE_UNAVAILABLE';
        await expect(opened.sizeOf(sha256)).rejects.toMatchObject({ code });
        await expect(opened.read(sha256)).rejects.toMatchObject({ code });
        await expect(opened.check()).rejects.toMatchObject({ code });
        await expect(
          opened.put(Readable.from([Buffer.from('x')]), addressOf(Buffer.from('x'))),
        ).rejects.toMatchObject({
          code,
        });
      } finally {
        await opened.close();
      }
    });

    it('says nothing of keys and addresses in its errors', async () => {
      const error: unknown = await S3Store.open({ ...direct, secretAccessKey: 'wrong-secret' }).catch(
        (reason: unknown) => reason,
      );
      const text = `${String(error)} ${JSON.stringify(error)}`;
      for (const secret of [direct.accessKeyId, 'wrong-secret', direct.endpoint])
        expect(text).not.toContain(secret);
    });

    async function put(bytes: Buffer): Promise<BlobAddress> {
      const address = addressOf(bytes);
      await store.put(Readable.from([bytes]), address);
      return address;
    }
  });
}

function addressOf(bytes: Buffer): BlobAddress {
  return { sha256: createHash('sha256').update(bytes).digest('hex'), sizeBytes: bytes.length };
}
