import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { leaveOut } from '../support/left-out.js';
import { s3StartTimeoutMs } from '../support/s3-servers.js';
import { startTestServer, type TestServer } from '../support/server.js';
import { storeNames } from '../support/store.js';
import { storeEnvironment } from '../support/store-environment.js';
import { publishFiles } from './publish-files.js';
import { openRequest, send, type RawAnswer } from './raw-request.js';

const weights = randomBytes(300_000);
const newer = randomBytes(1000);
const modelJson = Buffer.from('{"format":"layers-model"}');
const card = '---\nlicense: mit\n---\n# Flowers\n';

for (const { name, remedy } of storeNames) {
  if (remedy !== undefined) {
    leaveOut(`downloads over HTTP from ${name}`, remedy);
    continue;
  }

  describe(`downloads over HTTP from ${name}`, () => {
    let server: TestServer;
    let alice: Record<string, string>;
    let bob: Record<string, string>;
    beforeAll(async () => {
      server = await startTestServer(await storeEnvironment(name));
      alice = bearer((await server.signUp('alice')).token);
      bob = bearer((await server.signUp('bob', ['READ'])).token);
      const files = {
        'model.json': modelJson,
        'weights/group 1.bin': weights,
        'page.html': Buffer.from('<script>'),
        'reports/curve.png': weights,
      };
      const first = await publishFiles(server.zoo, { owner: 'alice', name: 'flowers', card, files });
      await server.zoo.database.query(
        `INSERT INTO aliases (model_id, name, version_id, updated_by)
         SELECT model_id, 'stable', id, created_by FROM model_versions WHERE id = $1`,
        [first],
      );
      await publishFiles(server.zoo, {
        owner: 'alice',
        name: 'flowers',
        files: { 'weights/group 1.bin': newer },
      });
      await publishFiles(server.zoo, { owner: 'alice', name: 'secret', visibility: 'PRIVATE', card, files });
      await publishFiles(server.zoo, {
        owner: 'alice',
        name: 'pictures',
        kind: 'dataset',
        files: { 'shards/00000.tar': weights },
      });
    }, s3StartTimeoutMs);
    afterAll(() => server?.close());

    const urlOf = (path: string) => `${server.url}${path}`;
    const weightsUrl = () => urlOf('/models/alice/flowers/resolve/1/weights/group%201.bin');

    it('gives the bytes of a version by number, alias and latest', async () => {
      for (const [revision, expected] of [
        ['1', weights],
        ['stable', weights],
        ['2', newer],
        ['latest', newer],
      ] as const) {
        const answer = await fetch(urlOf(`/models/alice/flowers/resolve/${revision}/weights/group%201.bin`));
        expect(answer.status).toBe(200);
        expect(Buffer.from(await answer.arrayBuffer()).equals(expected)).toBe(true);
      }
    });

    it('gives the bytes of a data set', async () => {
      const answer = await fetch(urlOf('/datasets/alice/pictures/resolve/latest/shards/00000.tar'));
      expect(answer.headers.get('content-type')).toBe('application/x-tar');
      expect(Buffer.from(await answer.arrayBuffer()).equals(weights)).toBe(true);
    });

    it('gives pictures of reports itself, since pages may show only what comes from here', async () => {
      const answer = await fetch(urlOf('/models/alice/flowers/resolve/1/reports/curve.png'), {
        redirect: 'manual',
      });
      expect(answer.status).toBe(200);
      expect(answer.headers.get('content-type')).toBe('image/png');
      expect(Buffer.from(await answer.arrayBuffer()).equals(weights)).toBe(true);
    });

    it('gives a part of the bytes', async () => {
      const answer = await fetch(weightsUrl(), { headers: { range: 'bytes=100-299' } });
      expect(answer.status).toBe(206);
      expect(answer.headers.get('content-range')).toBe(`bytes 100-299/${weights.length}`);
      expect(Buffer.from(await answer.arrayBuffer()).equals(weights.subarray(100, 300))).toBe(true);
    });

    it('describes a file without sending it', async () => {
      const answer = await send(weightsUrl(), 'HEAD');
      expect(answer.status).toBe(200);
      expect(answer.body.length).toBe(0);
      expect(answer.headers).toMatchObject({
        'content-length': String(weights.length),
        'content-type': 'application/octet-stream',
        'content-disposition': `attachment; filename="group 1.bin"; filename*=UTF-8''group%201.bin`,
        'accept-ranges': 'bytes',
        etag: `"${digestOf(weights)}"`,
        'x-checksum-sha256': digestOf(weights),
        'cache-control': 'public, max-age=31536000, immutable',
        'x-content-type-options': 'nosniff',
        'content-security-policy': "default-src 'none'; sandbox",
        'access-control-allow-origin': '*',
      });
    });

    it('lets caches keep what never changes, ask again for what can, and keep nothing private', async () => {
      const control = async (path: string, headers = {}) =>
        (await send(urlOf(path), 'HEAD', headers)).headers['cache-control'];
      expect(await control('/models/alice/flowers/resolve/1/model.json')).toMatch('immutable');
      expect(await control('/models/alice/flowers/resolve/stable/model.json')).toBe('public, no-cache');
      expect(await control('/models/alice/flowers/resolve/1/README.md')).toBe('public, no-cache');
      expect(await control('/models/alice/secret/resolve/1/model.json', alice)).toBe('private, no-cache');
    });

    it('answers 304 to who has the bytes', async () => {
      const etag = `"${digestOf(weights)}"`;
      for (const header of [etag, `"other", W/${etag}`, '*']) {
        const answer = await send(weightsUrl(), 'GET', { 'if-none-match': header });
        expect([answer.status, answer.body.length, answer.headers.etag]).toEqual([304, 0, etag]);
      }
      expect((await send(weightsUrl(), 'HEAD', { 'if-none-match': '"other"' })).status).toBe(200);
    });

    it('answers 416 to a range behind the end, without the headers of the file', async () => {
      const answer = await send(weightsUrl(), 'GET', { range: `bytes=${weights.length}-` });
      expect([answer.status, answer.code]).toEqual([416, 'RANGE_NOT_SATISFIABLE']);
      expect(answer.headers['content-range']).toBe(`bytes */${weights.length}`);
      expect(answer.headers['content-type']).toMatch('application/json');
      expect(answer.headers.etag).toBeUndefined();
      expect(answer.headers['content-disposition']).toBeUndefined();
      expect(answer.headers['cache-control']).toBe('no-store');
    });

    it('hides what is not there and what is not visible alike', async () => {
      const paths = [
        '/models/alice/secret/resolve/1/model.json',
        '/models/alice/secret/resolve/latest/README.md',
        '/models/alice/nothing/resolve/1/model.json',
        '/models/nobody/flowers/resolve/1/model.json',
      ];
      for (const path of paths) {
        for (const headers of [{}, bob]) {
          const answer = await send(urlOf(path), 'GET', headers);
          expect([answer.status, answer.code]).toEqual([404, 'NOT_FOUND']);
          expect(answer.headers.etag).toBeUndefined();
        }
      }
      const [hidden, absent] = await Promise.all(
        [paths[0] ?? '', '/models/alice/sekret/resolve/1/model.json'].map((path) =>
          send(urlOf(path), 'GET', bob),
        ),
      );
      expect(messageOf(hidden)).toBe(messageOf(absent)?.replace('sekret', 'secret'));
      expect(
        (await fetch(urlOf('/models/alice/secret/resolve/1/model.json'), { headers: alice })).status,
      ).toBe(200);
    });

    it('has nothing under revisions, paths and kinds that are not there', async () => {
      for (const path of [
        '/models/alice/flowers/resolve/3/model.json',
        '/models/alice/flowers/resolve/0/model.json',
        '/models/alice/flowers/resolve/99999999999999999999/model.json',
        '/models/alice/flowers/resolve/main/model.json',
        '/models/alice/flowers/resolve/3/README.md',
        '/models/alice/flowers/resolve/1/weights',
        '/models/alice/flowers/resolve/1/..%2f..%2fmodel.json',
        '/models/alice/pictures/resolve/1/shards/00000.tar',
        '/datasets/alice/flowers/resolve/1/model.json',
      ]) {
        const answer = await send(urlOf(path), 'GET', alice);
        expect([path, answer.status, answer.code]).toEqual([path, 404, 'NOT_FOUND']);
      }
    });

    it('refuses a bad token instead of falling back to what anybody may read', async () => {
      expect((await send(weightsUrl(), 'GET', bearer('wrong'))).status).toBe(401);
    });

    it('gives the card as README.md, under its own ETag', async () => {
      const answer = await send(urlOf('/models/alice/flowers/resolve/latest/README.md'), 'GET');
      expect(answer.status).toBe(200);
      expect(answer.body.toString()).toBe(card);
      expect(answer.headers).toMatchObject({
        'content-type': 'text/markdown; charset=utf-8',
        etag: `"${digestOf(Buffer.from(card))}"`,
      });
      const part = await send(urlOf('/models/alice/flowers/resolve/latest/README.md'), 'GET', {
        range: 'bytes=-10',
      });
      expect([part.status, part.body.toString()]).toEqual([206, card.slice(-10)]);
    });

    if (name === 'local') {
      it('streams, and never lets an uploaded page act as one of ours', async () => {
        const answer = await send(urlOf('/models/alice/flowers/resolve/1/page.html'), 'GET');
        expect(answer.status).toBe(200);
        expect(answer.headers['content-type']).toBe('application/octet-stream');
        expect(answer.headers['content-disposition']).toMatch(/^attachment/);
        expect(answer.headers['content-security-policy']).toMatch('sandbox');
      });

      it.each([
        ['bytes=0-0', 206, 0, 1],
        ['bytes=-5', 206, weights.length - 5, weights.length],
        ['bytes=299990-999999', 206, 299_990, weights.length],
        ['bytes=5-2', 200, 0, weights.length],
        ['bytes=0-1,4-5', 200, 0, weights.length],
        ['lines=0-1', 200, 0, weights.length],
      ] as const)('reads the range %s as RFC 9110 has it', async (range, status, start, end) => {
        const answer = await send(weightsUrl(), 'GET', { range });
        expect(answer.status).toBe(status);
        expect(answer.body.equals(weights.subarray(start, end))).toBe(true);
      });

      it('gives a slow reader the right bytes, and an empty file none', async () => {
        const bytes = randomBytes(9 * 1024 * 1024 + 3);
        await publishFiles(server.zoo, {
          owner: 'alice',
          name: 'large',
          files: { 'a.bin': bytes, 'empty.bin': Buffer.of() },
        });
        const { request, answer } = openRequest(urlOf('/models/alice/large/resolve/1/a.bin'), 'GET', {});
        request.end();
        const [response] = (await once(request, 'response')) as [IncomingMessage];
        // Held back until every buffer on the way is full.
        response.pause();
        await send(urlOf('/models/alice/large/resolve/1/empty.bin'), 'GET');
        response.resume();
        expect((await answer).body.equals(bytes)).toBe(true);
        const empty = await send(urlOf('/models/alice/large/resolve/1/empty.bin'), 'GET');
        expect([empty.status, empty.headers['content-length'], empty.body.length]).toEqual([200, '0', 0]);
      });

      it('goes on serving after clients that went away in the middle', async () => {
        const url = urlOf('/models/alice/large/resolve/1/a.bin');
        for (let time = 0; time < 5; time++) {
          const { request, answer } = openRequest(url, 'GET', {});
          const lost = expect(answer).rejects.toThrow();
          request.end();
          const [response] = (await once(request, 'response')) as [IncomingMessage];
          response.destroy(new Error('the client went away'));
          await lost;
        }
        expect((await send(url, 'GET')).body.length).toBe(9 * 1024 * 1024 + 3);
      });

      it('answers 404 when the bytes of a version are gone, before it has begun', async () => {
        const lost = Buffer.from('lost');
        await publishFiles(server.zoo, { owner: 'alice', name: 'damaged', files: { 'a.bin': lost } });
        await server.zoo.store.remove(digestOf(lost));
        const answer = await send(urlOf('/models/alice/damaged/resolve/1/a.bin'), 'GET');
        expect([answer.status, answer.code, answer.headers.etag]).toEqual([404, 'BLOB_NOT_FOUND', undefined]);
      });

      it('gives the whole when the part would be of another file', async () => {
        const headers = { range: 'bytes=0-9', 'if-range': '"other"' };
        expect((await send(weightsUrl(), 'GET', headers)).status).toBe(200);
        expect(
          (await send(weightsUrl(), 'GET', { ...headers, 'if-range': `"${digestOf(weights)}"` })).status,
        ).toBe(206);
      });
    } else {
      it('redirects to a link into the store that lasts minutes and downloads under the name of the file', async () => {
        const answer = await send(weightsUrl(), 'GET');
        expect(answer.status).toBe(302);
        expect(answer.headers['cache-control']).toBe('no-store');
        expect(answer.headers['x-checksum-sha256']).toBe(digestOf(weights));
        const link = new URL(answer.headers.location ?? '');
        expect(link.origin).toBe(server.zoo.config.s3?.endpoint);
        expect(Number(link.searchParams.get('X-Amz-Expires'))).toBeLessThanOrEqual(300);

        const stored = await fetch(link);
        expect(stored.headers.get('content-type')).toBe('application/octet-stream');
        expect(stored.headers.get('content-disposition')).toMatch('filename="group 1.bin"');
        expect(Buffer.from(await stored.arrayBuffer()).equals(weights)).toBe(true);
        // The link is for reading this object and nothing else.
        expect((await fetch(link, { method: 'PUT', body: 'other' })).status).toBe(403);
        link.searchParams.set('response-content-type', 'text/html');
        expect((await fetch(link)).status).toBe(403);
      });
    }
  });
}

function bearer(token: string): { authorization: string } {
  return { authorization: `Bearer ${token}` };
}

function digestOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function messageOf(answer: RawAnswer | undefined): string | undefined {
  const body = JSON.parse(answer?.body.toString() ?? '{}') as { errors?: { message: string }[] };
  return body.errors?.[0]?.message;
}
