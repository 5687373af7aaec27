import { createHash, randomBytes } from 'node:crypto';
import { PassThrough, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BlobAddress, ObjectStore } from '../../src/zoo/object-store/object-store.js';
import { leaveOut } from '../support/left-out.js';
import { s3StartTimeoutMs } from '../support/s3-servers.js';
import { listLeftovers } from './leftovers.js';
import { createTestStore, storeNames, type TestStore } from '../support/store.js';

/** Sizes around what matters: nothing, one byte, one part of a multipart upload exactly, several parts and a rest. */
const mebibyte = 1024 * 1024;
const sizes = [0, 1, 100_000, 8 * mebibyte, 8 * mebibyte + 1, 21 * mebibyte + 7];

for (const { name, remedy } of storeNames) {
  if (remedy !== undefined) {
    leaveOut(`object store contract on ${name}`, remedy);
    continue;
  }

  describe(`object store contract on ${name}`, () => {
    let test: TestStore;
    let store: ObjectStore;
    beforeAll(async () => {
      test = await createTestStore(name);
      store = test.store;
    }, s3StartTimeoutMs);
    afterAll(() => test?.close());

    it.each(sizes)('gives back the %i bytes it was given', async (size) => {
      const bytes = randomBytes(size);
      const address = addressOf(bytes);
      await store.put(inChunks(bytes), address);
      expect(await store.sizeOf(address.sha256)).toBe(size);
      expect((await buffer(await store.read(address.sha256))).equals(bytes)).toBe(true);
    });

    it('gives back any range, both ends inclusive', async () => {
      const bytes = randomBytes(9 * mebibyte);
      const { sha256 } = await stored(store, bytes);
      for (const [start, end] of [
        [0, 0],
        [0, 99],
        [8 * mebibyte - 1, 8 * mebibyte],
        [bytes.length - 1, bytes.length - 1],
        [17, bytes.length - 1],
      ] as const) {
        const part = await buffer(await store.read(sha256, { start, end }));
        expect(part.equals(bytes.subarray(start, end + 1))).toBe(true);
      }
    });

    it('says that what it does not have is absent', async () => {
      const { sha256 } = addressOf(randomBytes(10));
      expect(await store.sizeOf(sha256)).toBeUndefined();
      await expect(store.read(sha256)).rejects.toMatchObject({ code: 'BLOB_NOT_FOUND' });
    });

    it.each([1000, 17 * mebibyte])(
      'refuses %i bytes with the wrong digest and keeps nothing',
      async (size) => {
        const address = { ...addressOf(randomBytes(size)), sizeBytes: size };
        await expect(store.put(inChunks(randomBytes(size)), address)).rejects.toMatchObject({
          code: 'DIGEST_MISMATCH',
        });
        expect(await store.sizeOf(address.sha256)).toBeUndefined();
        expect(await listLeftovers(test)).toEqual([]);
      },
    );

    it.each([1000, 17 * mebibyte])(
      'refuses an upload cut short of %i bytes and keeps nothing',
      async (size) => {
        const bytes = randomBytes(size);
        const address = addressOf(bytes);
        await expect(store.put(inChunks(bytes.subarray(0, size - 1)), address)).rejects.toMatchObject({
          code: 'UPLOAD_TRUNCATED',
          details: { receivedBytes: size - 1, expectedBytes: size },
        });
        expect(await store.sizeOf(address.sha256)).toBeUndefined();
        expect(await listLeftovers(test)).toEqual([]);
      },
    );

    it.each([1000, 17 * mebibyte])(
      'refuses a byte more than %i at once, with the source still usable',
      async (size) => {
        const bytes = randomBytes(size + 200_000);
        const source = inChunks(bytes);
        const address = addressOf(bytes.subarray(0, size));
        await expect(store.put(source, address)).rejects.toMatchObject({ code: 'UPLOAD_TOO_LARGE' });
        expect(source.destroyed).toBe(false);
        expect(await store.sizeOf(address.sha256)).toBeUndefined();
        expect(await listLeftovers(test)).toEqual([]);
      },
    );

    it.each([1000, 17 * mebibyte])(
      'passes on an error of the source of %i bytes and keeps nothing',
      async (size) => {
        const bytes = randomBytes(size);
        const address = addressOf(bytes);
        await expect(store.put(breakingOff(bytes.subarray(0, size - 10)), address)).rejects.toThrow(
          'the wire was cut',
        );
        expect(await store.sizeOf(address.sha256)).toBeUndefined();
        expect(await listLeftovers(test)).toEqual([]);
      },
    );

    it.each([1000, 17 * mebibyte])('takes the same %i bytes again, and checks them again', async (size) => {
      const bytes = randomBytes(size);
      const address = await stored(store, bytes);
      await store.put(inChunks(bytes), address);
      await expect(store.put(inChunks(randomBytes(size)), address)).rejects.toMatchObject({
        code: 'DIGEST_MISMATCH',
      });
      expect((await buffer(await store.read(address.sha256))).equals(bytes)).toBe(true);
    });

    it.each([1000, 17 * mebibyte])('takes the same %i bytes from several senders at once', async (size) => {
      const bytes = randomBytes(size);
      const address = addressOf(bytes);
      await Promise.all([1, 2, 3].map(() => store.put(inChunks(bytes), address)));
      expect((await buffer(await store.read(address.sha256))).equals(bytes)).toBe(true);
      expect(await listLeftovers(test)).toEqual([]);
    });

    it('removes, and removing again is no error', async () => {
      const { sha256 } = await stored(store, randomBytes(100));
      await store.remove(sha256);
      await store.remove(sha256);
      expect(await store.sizeOf(sha256)).toBeUndefined();
    });

    it('refuses what is not a digest, so that nothing climbs out of the store', async () => {
      for (const wrong of ['../../../../etc/passwd', 'A'.repeat(64), 'ab', '']) {
        await expect(store.sizeOf(wrong)).rejects.toMatchObject({ code: 'INPUT_INVALID' });
        await expect(store.read(wrong)).rejects.toMatchObject({ code: 'INPUT_INVALID' });
        await expect(store.put(inChunks(Buffer.of()), { sha256: wrong, sizeBytes: 0 })).rejects.toMatchObject(
          {
            code: 'INPUT_INVALID',
          },
        );
        await expect(store.keptBytes(wrong, 'someone')).rejects.toMatchObject({ code: 'INPUT_INVALID' });
      }
    });

    it('can be checked, which leaves nothing behind', async () => {
      await store.check();
      expect(await listLeftovers(test)).toEqual([]);
    });

    it('is shared by everyone who opens it', async () => {
      const bytes = randomBytes(5000);
      const { sha256 } = await stored(store, bytes);
      const other = await test.reopen();
      expect((await buffer(await other.read(sha256))).equals(bytes)).toBe(true);
    });

    describe('an upload that breaks off', () => {
      const bytes = randomBytes(30 * mebibyte + 11);

      it('goes on from what was kept', async () => {
        const address = addressOf(bytes);
        const uploader = 'account-1';
        const source = breakingOff(bytes.subarray(0, 20 * mebibyte));
        await expect(store.putResumable(source, address, { uploader, offset: 0 })).rejects.toThrow(
          'the wire was cut',
        );

        const kept = await store.keptBytes(address.sha256, uploader);
        expect(kept).toBeGreaterThanOrEqual(16 * mebibyte);
        expect(kept).toBeLessThanOrEqual(20 * mebibyte);
        expect(await store.keptBytes(address.sha256, 'account-2')).toBe(0);
        expect(await store.sizeOf(address.sha256)).toBeUndefined();

        await store.putResumable(inChunks(bytes.subarray(kept)), address, { uploader, offset: kept });
        expect((await buffer(await store.read(address.sha256))).equals(bytes)).toBe(true);
        expect(await store.keptBytes(address.sha256, uploader)).toBe(0);
        expect(await listLeftovers(test)).toEqual([]);
        await store.remove(address.sha256);
      });

      it('goes on several times', async () => {
        const address = addressOf(bytes);
        const uploader = 'account-3';
        let offset = 0;
        for (const until of [10, 19, 28]) {
          const source = breakingOff(bytes.subarray(offset, until * mebibyte));
          await expect(store.putResumable(source, address, { uploader, offset })).rejects.toThrow(
            'the wire was cut',
          );
          offset = await store.keptBytes(address.sha256, uploader);
          expect(offset).toBeGreaterThanOrEqual((until - 8) * mebibyte);
        }
        await store.putResumable(inChunks(bytes.subarray(offset)), address, { uploader, offset });
        expect((await buffer(await store.read(address.sha256))).equals(bytes)).toBe(true);
        await store.remove(address.sha256);
      });

      it('does not go on from another place, and says from where it would', async () => {
        const address = addressOf(bytes);
        const uploader = 'account-4';
        const source = breakingOff(bytes.subarray(0, 20 * mebibyte));
        await expect(store.putResumable(source, address, { uploader, offset: 0 })).rejects.toThrow(
          'the wire was cut',
        );
        const kept = await store.keptBytes(address.sha256, uploader);
        for (const offset of [kept - 1, kept + 1]) {
          await expect(
            store.putResumable(inChunks(bytes.subarray(offset)), address, { uploader, offset }),
          ).rejects.toMatchObject({ code: 'UPLOAD_OFFSET_MISMATCH', details: { offset: kept } });
        }
        await expect(
          store.putResumable(inChunks(bytes.subarray(9)), address, { uploader: 'account-5', offset: 9 }),
        ).rejects.toMatchObject({ code: 'UPLOAD_OFFSET_MISMATCH', details: { offset: 0 } });
        // From the beginning always works, and the kept bytes are gone with it.
        await store.putResumable(inChunks(bytes), address, { uploader, offset: 0 });
        expect(await store.sizeOf(address.sha256)).toBe(bytes.length);
        await store.remove(address.sha256);
      });

      it('is dropped when the whole turns out to have the wrong digest', async () => {
        const address = addressOf(bytes);
        const uploader = 'account-6';
        const wrong = randomBytes(20 * mebibyte);
        await expect(
          store.putResumable(breakingOff(wrong), address, { uploader, offset: 0 }),
        ).rejects.toThrow();
        const kept = await store.keptBytes(address.sha256, uploader);
        await expect(
          store.putResumable(inChunks(bytes.subarray(kept)), address, { uploader, offset: kept }),
        ).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' });
        expect(await store.keptBytes(address.sha256, uploader)).toBe(0);
        expect(await store.sizeOf(address.sha256)).toBeUndefined();
        expect(await listLeftovers(test)).toEqual([]);
      });

      it('is taken over by its uploader while the server still waits for the rest', async () => {
        const address = addressOf(bytes);
        const uploader = 'account-7';
        const hanging = new PassThrough();
        const first = store.putResumable(hanging, address, { uploader, offset: 0 });
        const firstFails = expect(first).rejects.toThrow('goes on in another request');
        for (const chunk of pieces(bytes.subarray(0, 17 * mebibyte))) {
          if (!hanging.write(chunk)) await new Promise((resolve) => hanging.once('drain', resolve));
        }
        // Any offset interrupts the hanging one; the answer says where to go on.
        const refused: unknown = await store
          .putResumable(inChunks(Buffer.of(1)), address, { uploader, offset: 1 })
          .catch((error: unknown) => error);
        await firstFails;
        expect(refused).toMatchObject({ code: 'UPLOAD_OFFSET_MISMATCH' });
        const offset = await store.keptBytes(address.sha256, uploader);
        expect(offset).toBeGreaterThanOrEqual(8 * mebibyte);
        await store.putResumable(inChunks(bytes.subarray(offset)), address, { uploader, offset });
        expect(await store.sizeOf(address.sha256)).toBe(bytes.length);
        await store.remove(address.sha256);
      });

      it('does not disturb a second upload of the same bytes from the beginning', async () => {
        const address = addressOf(bytes);
        const both = [1, 2].map(() =>
          store.putResumable(inChunks(bytes), address, { uploader: 'account-8', offset: 0 }),
        );
        await Promise.all(both);
        expect((await buffer(await store.read(address.sha256))).equals(bytes)).toBe(true);
        expect(await listLeftovers(test)).toEqual([]);
      });
    });
  });
}

function addressOf(bytes: Buffer): BlobAddress {
  return { sha256: createHash('sha256').update(bytes).digest('hex'), sizeBytes: bytes.length };
}

async function stored(store: ObjectStore, bytes: Buffer): Promise<BlobAddress> {
  const address = addressOf(bytes);
  await store.put(inChunks(bytes), address);
  return address;
}

function* pieces(bytes: Buffer): Generator<Buffer> {
  for (let start = 0; start < bytes.length; start += 65_536) yield bytes.subarray(start, start + 65_536);
}

function inChunks(bytes: Buffer): Readable {
  return Readable.from(pieces(bytes), { objectMode: false });
}

function breakingOff(bytes: Buffer): Readable {
  async function* source(): AsyncGenerator<Buffer> {
    yield* pieces(bytes);
    throw new Error('the wire was cut');
  }
  return Readable.from(source(), { objectMode: false });
}
