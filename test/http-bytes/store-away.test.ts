import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startBreakingProxy, type BreakingProxy } from '../object-store/breaking-proxy.js';
import { leaveOut } from '../support/left-out.js';
import { remedyForNoS3Server, s3StartTimeoutMs } from '../support/s3-servers.js';
import { startTestServer, type TestServer } from '../support/server.js';
import { storeEnvironment } from '../support/store-environment.js';
import { send } from './raw-request.js';

const remedy = remedyForNoS3Server('minio');
if (remedy !== undefined) leaveOut('bytes over HTTP while the S3 server is away', remedy);
else {
  describe('bytes over HTTP while the S3 server is away', () => {
    let proxy: BreakingProxy;
    let server: TestServer;
    beforeAll(async () => {
      const environment = await storeEnvironment('minio');
      proxy = await startBreakingProxy(environment.S3_ENDPOINT ?? '');
      server = await startTestServer({ ...environment, S3_ENDPOINT: proxy.endpoint });
    }, s3StartTimeoutMs);
    afterAll(async () => {
      await server?.close();
      await proxy?.close();
    });

    it.each([1000, 9 * 1024 * 1024])(
      'answers 503 to an upload of %i bytes, and takes it later',
      async (size) => {
        const bytes = randomBytes(size);
        const url = `${server.url}/blobs/sha256/${createHash('sha256').update(bytes).digest('hex')}`;
        const headers = { authorization: `Bearer ${server.adminToken}` };
        proxy.breakNext(Infinity, 0, 'up');
        const refused = await send(url, 'PUT', headers, bytes);
        expect(refused).toMatchObject({ status: 503, code: 'STORE_UNAVAILABLE' });
        expect((await send(url, 'HEAD', headers)).status).toBe(404);
        proxy.breakNext(0, 0, 'up');
        expect((await send(url, 'PUT', headers, bytes)).status).toBe(201);
        expect((await send(url, 'HEAD', headers)).status).toBe(200);
      },
    );
  });
}
