import { createReadStream } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pino } from 'pino';
import { loadConfig } from '../../dist/config.js';
import { runWorker } from '../../dist/jobs/worker/run-worker.js';
import { summarizeIndex } from '../../dist/plugins/run/split-pictures.js';
import { filesWithDigests } from '../../dist/plugins/run/write-version-files.js';
import { ensureAdmin } from '../../dist/zoo/access/ensure-admin.js';
import { storeBlob } from '../../dist/zoo/blobs/store-blob.js';
import { openDatabase } from '../../dist/zoo/database/open-database.js';
import { createDataset } from '../../dist/zoo/datasets/create-dataset.js';
import { insertDatasetVersion } from '../../dist/zoo/datasets/insert-dataset-version.js';
import { createModel } from '../../dist/zoo/models/create-model.js';
import { publishModelVersion } from '../../dist/zoo/models/publish-model-version.js';
import { openObjectStore } from '../../dist/zoo/object-store/open-object-store.js';

/**
 * A zoo with a worker in this process, in a folder of its own that goes when it is closed, and its admin: what is published
 * lies in folders.
 *
 * @param environment settings beside those that keep it to itself
 */
export async function openFreshZoo(workFolder, environment) {
  const folder = await mkdtemp(join(workFolder, 'zoo-'));
  const config = loadConfig({
    ZOO_DATA_DIR: folder,
    ZOO_TRANSFER_PROFILES: 'false',
    ZOO_MIN_FREE_DISK_BYTES: '0',
    ...environment,
  });
  const log = pino({ level: 'error' });
  const database = await openDatabase(config, log);
  const store = await openObjectStore(config);
  const zoo = { config, database: database.dataSource, store, log };
  const worker = await runWorker(zoo);
  const { account } = await ensureAdmin(zoo);
  const principal = { account, scopes: new Set(['read', 'write', 'launch', 'admin']) };
  return {
    zoo,
    principal,
    publishNetwork: (from) => publishNetwork(zoo, principal, from),
    publishDataset: (from) => publishDataset(zoo, principal, from),
    async close() {
      await worker.stop();
      await store.close();
      await database.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function publishNetwork(zoo, principal, folder) {
  const model = await createModel(zoo, principal, { name: basename(folder) });
  const files = await storeFolder(zoo, principal, folder);
  const named = files.map(({ path, sha256 }) => ({ path, sha256 }));
  return (await publishModelVersion(zoo, principal, model.id, { files: named })).id;
}

async function publishDataset(zoo, principal, folder) {
  const { id: datasetId } = await createDataset(zoo, principal, { name: 'pictures' });
  const index = JSON.parse(await readFile(join(folder, 'index.json'), 'utf8'));
  const manifest = {
    ...summarizeIndex(index),
    splitSource: 'given',
    seed: 1,
    rejected: [],
    rejectedCount: 0,
    nearDuplicates: [],
    nearDuplicateCount: 0,
  };
  const files = await storeFolder(zoo, principal, folder);
  const createdBy = principal.account.id;
  const version = await zoo.database.transaction((manager) =>
    insertDatasetVersion(manager, { datasetId, manifest, files, createdBy }),
  );
  return version.id;
}

async function storeFolder(zoo, principal, folder) {
  const files = await filesWithDigests(folder);
  for (const { path, ...address } of files) {
    await storeBlob(zoo, principal, address, createReadStream(join(folder, path)));
  }
  return files;
}
