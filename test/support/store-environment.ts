import { randomUUID } from 'node:crypto';
import type { Environment } from '../../src/config.js';
import type { StoreName } from './store.js';
import { sharedServer } from './shared-servers.js';

/** The variables that give a zoo a fresh, empty object store: none for the local one, a bucket of its own on S3. */
export async function storeEnvironment(name: StoreName): Promise<Environment> {
  if (name === 'local') return {};
  const server = await sharedServer(name);
  return {
    S3_ENDPOINT: server.endpoint,
    S3_ACCESS_KEY_ID: server.accessKeyId,
    S3_SECRET_ACCESS_KEY: server.secretAccessKey,
    S3_BUCKET: `zoo-${randomUUID()}`,
  };
}
