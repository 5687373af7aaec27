import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { ClientRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { leaveOut } from '../support/left-out.js';
import { s3StartTimeoutMs } from '../support/s3-servers.js';
import { startTestServer, type TestServer } from '../support/server.js';
import { storeNames } from '../support/store.js';
import { storeEnvironment } from '../support/store-environment.js';
import { openRequest, send } from './raw-request.js';

const mebibyte = 1024 * 1024;
const maxUploadBytes = 64 * mebibyte;

for (const { name, remedy } of storeNames) {
  if (remedy !== undefined) {
    leaveOut(`uploads over HTTP into ${name}`, remedy);
    continue;
  }

  describe(`uploads over HTTP into ${name}`, () => {
    let server: TestServer;
    let alice: Record<string, string>;
    let bob: Record<string, string>;
    let reader: Record<string, string>;
    beforeAll(async () => {
      const store = await storeEnvironment(name);
      server = await startTestServer({ ...store, ZOO_MAX_UPLOAD_BYTES: String(maxUploadBytes) });
      alice = bearer((await server.signUp('alice')).token);
      bob = bearer((await server.signUp('bob')).token);
      reader = bearer((await server.signUp('reader', ['READ'])).token);
    }, s3StartTimeoutMs);
    afterAll(() => server?.close());

    const urlOf = (sha256: string) => `${server.url}/blobs/sha256/${sha256}`;

    it.each([0, 5, 20 * mebibyte])('takes %i bytes, and takes them again', async (size) => {
      const bytes = randomBytes(size);
      const sha256 = digestOf(bytes);
      for (let time = 0; time < 2; time++) {
        const answer = await send(urlOf(sha256), 'PUT', alice, bytes);
        expect(answer.status).toBe(201);
        expect(JSON.parse(answer.body.toString())).toEqual({ sha256, sizeBytes: size });
      }
      const asked = await send(urlOf(sha256), 'HEAD', alice);
      expect(asked.status).toBe(200);
      expect(asked.headers['content-length']).toBe(String(size));
    });

    it('does not tell an account of the bytes of another, and takes them from it all the same', async () => {
      const bytes = randomBytes(1000);
      const url = urlOf(digestOf(bytes));
      await send(url, 'PUT', alice, bytes);
      expect((await send(url, 'HEAD', bob)).status).toBe(404);
      const wrong = await send(url, 'PUT', bob, randomBytes(1000));
      expect(wrong.code).toBe('DIGEST_MISMATCH');
      expect((await send(url, 'HEAD', bob)).status).toBe(404);
      expect((await send(url, 'PUT', bob, bytes)).status).toBe(201);
      expect((await send(url, 'HEAD', bob)).status).toBe(200);
    });

    it('refuses bytes with another digest, and keeps nothing', async () => {
      const url = urlOf(digestOf(randomBytes(10)));
      const answer = await send(url, 'PUT', alice, randomBytes(9 * mebibyte));
      expect(answer.status).toBe(422);
      expect(answer.code).toBe('DIGEST_MISMATCH');
      const asked = await send(url, 'HEAD', alice);
      expect(asked.status).toBe(404);
      expect(asked.headers['upload-offset']).toBeUndefined();
    });

    it.each([
      ['without a token', {}, 401, 'UNAUTHENTICATED'],
      ['with an unknown token', { authorization: 'Bearer nobody' }, 401, 'UNAUTHENTICATED'],
    ] as const)('refuses an upload %s', async (_, headers, status, code) => {
      const bytes = randomBytes(100);
      const answer = await send(urlOf(digestOf(bytes)), 'PUT', headers, bytes);
      expect([answer.status, answer.code]).toEqual([status, code]);
    });

    it('refuses an upload with a token that may only read', async () => {
      const bytes = randomBytes(100);
      const answer = await send(urlOf(digestOf(bytes)), 'PUT', reader, bytes);
      expect([answer.status, answer.code]).toEqual([403, 'FORBIDDEN']);
      expect((await send(urlOf(digestOf(bytes)), 'HEAD', reader)).status).toBe(403);
    });

    it('refuses what is not a digest, other methods, and bodies without a length or compressed', async () => {
      const bytes = randomBytes(100);
      const url = urlOf(digestOf(bytes));
      expect((await send(urlOf('abc'), 'PUT', alice, bytes)).code).toBe('INPUT_INVALID');
      expect((await send(urlOf('..%2f..%2fetc'), 'PUT', alice, bytes)).code).toBe('INPUT_INVALID');
      expect((await send(url, 'PUT', { ...alice, 'content-encoding': 'gzip' }, bytes)).code).toBe(
        'INPUT_INVALID',
      );
      expect((await send(url, 'PATCH', alice, bytes)).code).toBe('INPUT_INVALID');
      expect((await send(url, 'PATCH', { ...alice, 'upload-offset': '-1' }, bytes)).code).toBe(
        'INPUT_INVALID',
      );

      const deleted = await send(url, 'DELETE', alice);
      expect([deleted.status, deleted.code, deleted.headers.allow]).toEqual([
        405,
        'METHOD_NOT_ALLOWED',
        'HEAD, PUT, PATCH',
      ]);

      const { request, answer } = openRequest(url, 'PUT', { ...alice, 'transfer-encoding': 'chunked' });
      request.end(bytes);
      expect(await answer).toMatchObject({ status: 411, code: 'UPLOAD_LENGTH_REQUIRED' });
    });

    it('refuses what is too large by its headers, and the client that is still sending sees why', async () => {
      const sizeBytes = maxUploadBytes + 1;
      const { request, answer } = openRequest(urlOf('0'.repeat(64)), 'PUT', {
        ...alice,
        'content-length': sizeBytes,
      });
      // Sends on until the answer is there, as a client does that does not listen meanwhile.
      const refused = answer.then((seen) => ({ seen, sent: request.socket?.bytesWritten ?? 0 }));
      let answered = false;
      void refused.then(() => (answered = true));
      request.on('error', () => undefined);
      for (let sent = 0; sent < sizeBytes && !answered; sent += mebibyte)
        await write(request, Buffer.alloc(mebibyte));
      const { seen } = await refused;
      expect(seen).toMatchObject({ status: 413, code: 'UPLOAD_TOO_LARGE' });
      request.destroy();
    });

    it('lets a client that asks first send nothing of what is refused', async () => {
      const headers = { ...alice, 'content-length': maxUploadBytes + 1, expect: '100-continue' };
      const { request, answer } = openRequest(urlOf('0'.repeat(64)), 'PUT', headers);
      let continued = false;
      request.on('continue', () => (continued = true));
      request.flushHeaders();
      expect(await answer).toMatchObject({ status: 413, code: 'UPLOAD_TOO_LARGE' });
      expect(continued).toBe(false);
      request.destroy();
    });

    it('lets a client that asks first send what is accepted', async () => {
      const bytes = randomBytes(1000);
      const headers = { ...alice, 'content-length': bytes.length, expect: '100-continue' };
      const { request, answer } = openRequest(urlOf(digestOf(bytes)), 'PUT', headers);
      request.flushHeaders();
      await once(request, 'continue');
      request.end(bytes);
      expect((await answer).status).toBe(201);
    });

    it('keeps what arrived before the client was cut off, and takes the rest', async () => {
      const bytes = randomBytes(30 * mebibyte);
      const url = urlOf(digestOf(bytes));
      await cutOff(url, alice, bytes, 20 * mebibyte);

      const offset = await offsetKept(url, alice);
      expect(offset).toBeGreaterThanOrEqual(8 * mebibyte);
      expect(offset).toBeLessThanOrEqual(20 * mebibyte);
      expect((await send(url, 'HEAD', bob)).headers['upload-offset']).toBeUndefined();

      const early = await send(
        url,
        'PATCH',
        { ...alice, 'upload-offset': String(offset - 1) },
        bytes.subarray(offset - 1),
      );
      expect(early).toMatchObject({ status: 409, code: 'UPLOAD_OFFSET_MISMATCH' });
      expect(early.headers['upload-offset']).toBe(String(offset));
      const theirs = await send(
        url,
        'PATCH',
        { ...bob, 'upload-offset': String(offset) },
        bytes.subarray(offset),
      );
      expect(theirs).toMatchObject({ status: 409, code: 'UPLOAD_OFFSET_MISMATCH' });
      expect(theirs.headers['upload-offset']).toBe('0');

      const rest = await send(
        url,
        'PATCH',
        { ...alice, 'upload-offset': String(offset) },
        bytes.subarray(offset),
      );
      expect(rest.status).toBe(201);
      const asked = await send(url, 'HEAD', alice);
      expect([asked.status, asked.headers['content-length']]).toEqual([200, String(bytes.length)]);
    });

    it('takes a resumed upload over from a connection that it thinks is still open', async () => {
      const bytes = randomBytes(30 * mebibyte);
      const url = urlOf(digestOf(bytes));
      const { request, answer } = openRequest(url, 'PUT', { ...alice, 'content-length': bytes.length });
      const lost = expect(answer).rejects.toThrow();
      await write(request, bytes.subarray(0, 20 * mebibyte));

      // The client does not know how much arrived; a first guess tells it, and ends the old connection.
      const guess = await send(url, 'PATCH', { ...alice, 'upload-offset': '1' }, bytes.subarray(1));
      await lost;
      expect(guess.code).toBe('UPLOAD_OFFSET_MISMATCH');
      const offset = Number(guess.headers['upload-offset']);
      const rest = await send(
        url,
        'PATCH',
        { ...alice, 'upload-offset': String(offset) },
        bytes.subarray(offset),
      );
      expect(rest.status).toBe(201);
    });
  });
}

describe('uploads over HTTP', () => {
  it('are refused by their headers when the disk is nearly full', async () => {
    const server = await startTestServer({ ZOO_MIN_FREE_DISK_BYTES: '1000000GB' });
    try {
      const bytes = randomBytes(100);
      const answer = await send(
        `${server.url}/blobs/sha256/${digestOf(bytes)}`,
        'PUT',
        bearer(server.adminToken),
        bytes,
      );
      expect(answer).toMatchObject({ status: 507, code: 'DISK_NEARLY_FULL' });
    } finally {
      await server.close();
    }
  });

  it('go on after the server was stopped and started again', async () => {
    const bytes = randomBytes(10 * mebibyte);
    const first = await startTestServer();
    const headers = bearer(first.adminToken);
    const path = `/blobs/sha256/${digestOf(bytes)}`;
    await cutOff(`${first.url}${path}`, headers, bytes, 6 * mebibyte);
    const offset = await offsetKept(`${first.url}${path}`, headers);
    const { startServer } = await import('../../src/start-server.js');
    const { openObjectStore } = await import('../../src/zoo/object-store/open-object-store.js');
    const zoo = { ...first.zoo, store: await openObjectStore(first.zoo.config) };
    const second = await startServer(zoo);
    try {
      const url = `${second.url}${path}`;
      expect(await offsetKept(url, headers)).toBe(offset);
      const rest = await send(
        url,
        'PATCH',
        { ...headers, 'upload-offset': String(offset) },
        bytes.subarray(offset),
      );
      expect(rest.status).toBe(201);
    } finally {
      await second.close();
      await first.close();
    }
  });
});

function bearer(token: string): { authorization: string } {
  return { authorization: `Bearer ${token}` };
}

function digestOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Sends the first bytes of an upload and then tears the connection down. */
async function cutOff(
  url: string,
  headers: Record<string, string>,
  bytes: Buffer,
  sent: number,
): Promise<void> {
  const { request, answer } = openRequest(url, 'PUT', { ...headers, 'content-length': bytes.length });
  const lost = expect(answer).rejects.toThrow();
  await write(request, bytes.subarray(0, sent));
  request.destroy(new Error('the wire was cut'));
  await lost;
}

/**
 * What the server keeps of an upload that broke off. It may not have noticed yet: going on from a wrong place ends the
 * old connection, after which the figure stands.
 */
async function offsetKept(url: string, headers: Record<string, string>): Promise<number> {
  const guess = await send(url, 'PATCH', { ...headers, 'upload-offset': '1' }, Buffer.from('?'));
  expect(guess.code).toBe('UPLOAD_OFFSET_MISMATCH');
  const asked = await send(url, 'HEAD', headers);
  expect(asked.status).toBe(404);
  expect(asked.headers['upload-offset']).toBe(guess.headers['upload-offset']);
  return Number(asked.headers['upload-offset']);
}

function write(request: ClientRequest, bytes: Buffer): Promise<void> {
  return new Promise((resolve) => {
    request.write(bytes, () => resolve());
  });
}
