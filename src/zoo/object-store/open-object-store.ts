import { join } from 'node:path';
import type { Config } from '../../config.js';
import { LocalStore } from './local-store.js';
import type { ObjectStore } from './object-store.js';
import { S3Store } from './s3-store.js';

/**
 * The object store that the configuration names: S3 where `S3_ENDPOINT` is set, else a folder of the data folder.
 *
 * @throws ZooError CONFIG_INVALID, STORE_UNAVAILABLE
 */
export async function openObjectStore(config: Config): Promise<ObjectStore> {
  return config.s3 === undefined
    ? LocalStore.open(join(config.dataDirectory, 'store'))
    : S3Store.open(config.s3);
}
