import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig, type S3Config } from '../../src/config.js';
import { openObjectStore } from '../../src/zoo/object-store/open-object-store.js';
import type { ObjectStore } from '../../src/zoo/object-store/object-store.js';
import { s3ServerNames, remedyForNoS3Server, type S3ServerName } from './s3-servers.js';
import { storeEnvironment } from './store-environment.js';

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

/** Every implementation of the object store, with what would run it where this machine cannot. */
export const storeNames: { name: StoreName; remedy: string | undefined }[] = [
  { name: 'local', remedy: undefined },
  ...s3ServerNames.map((name) => ({ name, remedy: remedyForNoS3Server(name) })),
];

/** A fresh, empty object store: a temporary folder, or a bucket of its own on a real S3 server. */
export async function createTestStore(name: StoreName = 'local'): Promise<TestStore> {
  const folder = await mkdtemp(join(tmpdir(), 'zoo-store-'));
  const config = loadConfig({ ZOO_DATA_DIR: folder, ...(await storeEnvironment(name)) });
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
