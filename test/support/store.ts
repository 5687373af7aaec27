import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig, type S3Config } from '../../src/config.js';
import { openObjectStore } from '../../src/zoo/object-store/open-object-store.js';
import type { ObjectStore } from '../../src/zoo/object-store/object-store.js';
import { s3ServerNames, whyNoS3Server, type S3ServerName } from './s3-servers.js';
import { sharedServer } from './shared-servers.js';

export interface TestStore {
  store: ObjectStore;
  /** Another opening of the same store, as a second process would have it. Closed with the first. */
  reopen(): Promise<ObjectStore>;
  /** Folder of a local store. */
  folder: string | undefined;
  s3: S3Config | undefined;
  close(): Promise<void>;
}

export type StoreName = 'local' | S3ServerName;

/** Every implementation of the object store, with why it is left out on this machine. */
export const storeNames: { name: StoreName; missing: string | undefined }[] = [
  { name: 'local', missing: undefined },
  ...s3ServerNames.map((name) => ({ name, missing: whyNoS3Server(name) })),
];

/** A fresh, empty object store: a temporary folder, or a bucket of its own on a real S3 server. */
export async function createTestStore(name: StoreName = 'local'): Promise<TestStore> {
  const folder = await mkdtemp(join(tmpdir(), 'zoo-store-'));
  const environment: Record<string, string> = { ZOO_DATA_DIR: folder };
  if (name !== 'local') {
    const server = await sharedServer(name);
    environment.S3_ENDPOINT = server.endpoint;
    environment.S3_ACCESS_KEY_ID = server.accessKeyId;
    environment.S3_SECRET_ACCESS_KEY = server.secretAccessKey;
    environment.S3_BUCKET = `zoo-${randomUUID()}`;
  }
  const config = loadConfig(environment);
  const opened: ObjectStore[] = [];
  const open = async (): Promise<ObjectStore> => {
    const store = await openObjectStore(config);
    opened.push(store);
    return store;
  };
  return {
    store: await open(),
    reopen: open,
    folder: name === 'local' ? join(folder, 'store') : undefined,
    s3: config.s3,
    close: async () => {
      await Promise.all(opened.map((store) => store.close()));
      await rm(folder, { recursive: true, force: true });
    },
  };
}
