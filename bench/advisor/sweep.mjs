/**
 * A sweep against a script that extracts features anew for each candidate: SVM at the three cuts that are compared, softmax
 * and partial fine-tuning, on each network. Both run the same code on the same threads, in turn; the sweep as a job, with
 * its database, its processes and its publishing, in a zoo that has seen nothing, the script in one process with an empty
 * cache for each candidate. The networks and the data set are folders that train-all.mjs has prepared.
 *
 *   node bench/advisor/sweep.mjs --networks FOLDER,FOLDER,FOLDER --dataset FOLDER --work FOLDER [--rounds 3] [--epochs 2] [--threads 2]
 */
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { loadConfig } from '../../dist/config.js';
import { watchJobEvents } from '../../dist/jobs/events/watch-job-events.js';
import { launchSweep } from '../../dist/jobs/sweep/launch-sweep.js';
import { runWorker } from '../../dist/jobs/worker/run-worker.js';
import { candidateLayers } from '../../dist/learning/cuts/candidate-layers.js';
import { loadTfjsLayers } from '../../dist/learning/tfjs-layers/load-tfjs-layers.js';
import { filesOfFolder } from '../../dist/learning/tfjs-layers/model-files.js';
import { builtInSources, loadStrategies } from '../../dist/plugins/loader.js';
import { runStrategy } from '../../dist/plugins/run/run-strategy.js';
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

const { values } = parseArgs({
  options: {
    networks: { type: 'string' },
    dataset: { type: 'string' },
    work: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    epochs: { type: 'string', default: '2' },
    threads: { type: 'string', default: '2' },
  },
});
const { dataset: datasetFolder, work: workFolder, threads } = values;
if (!values.networks || !datasetFolder || !workFolder) {
  throw new Error('--networks, --dataset and --work name folders; see bench/README.md');
}
const networks = values.networks.split(',');
const signal = new AbortController().signal;

await mkdir(workFolder, { recursive: true });
const candidates = (await Promise.all(networks.map(candidatesOn))).flat();
const rounds = [];
for (let round = 1; round <= Number(values.rounds); round++) {
  const order = round % 2 === 1 ? [sweep, script] : [script, sweep];
  const measured = {};
  for (const run of order) measured[run.name] = await run();
  rounds.push(measured);
  console.log(
    JSON.stringify({ round, candidates: candidates.length, ...measured, ratio: ratioOf(measured) }),
  );
}
const ratios = rounds.map(ratioOf).sort((a, b) => a - b);
console.log(
  `script / sweep: ${ratios[Math.floor(ratios.length / 2)].toFixed(2)} (${ratios[0].toFixed(2)} to ${ratios.at(-1).toFixed(2)})`,
);

async function candidatesOn(folder) {
  const { manifest } = await loadTfjsLayers(filesOfFolder(folder));
  const svm = (parameters) => ({ folder, strategy: 'feature-extraction-svm', parameters });
  return [
    ...candidateLayers(manifest, 'average').map(({ layer }) => svm({ layer })),
    svm({ classifier: 'softmax' }),
    { folder, strategy: 'partial-fine-tuning', parameters: { epochs: Number(values.epochs) } },
  ];
}

/** Seconds from the launch of the job to its end, what is stopped early not trained to its end. */
async function sweep() {
  const folder = await mkdtemp(join(workFolder, 'sweep-'));
  const config = loadConfig({
    ZOO_DATA_DIR: folder,
    ZOO_WORKER_THREADS: threads,
    ZOO_TRANSFER_PROFILES: 'false',
    ZOO_MIN_FREE_DISK_BYTES: '0',
  });
  const log = pino({ level: 'error' });
  const database = await openDatabase(config, log);
  const store = await openObjectStore(config);
  const zoo = { config, database: database.dataSource, store, log };
  const worker = await runWorker(zoo);
  try {
    const { account } = await ensureAdmin(zoo);
    const principal = { account, scopes: new Set(['read', 'write', 'launch', 'admin']) };
    const datasetVersionId = await publishDataset(zoo, principal);
    const versions = new Map();
    for (const network of networks) versions.set(network, await publishNetwork(zoo, principal, network));
    const began = performance.now();
    const { id } = await launchSweep(zoo, principal, {
      datasetVersionId,
      name: 'admin/swept',
      candidates: candidates.map(({ folder: network, ...candidate }) => ({
        ...candidate,
        baseVersionId: versions.get(network),
      })),
    });
    const events = watchJobEvents(zoo, id, 0);
    while (!(await events.next()).done);
    const seconds = (performance.now() - began) / 1000;
    const rows = await zoo.database.query(
      `SELECT state, count(*)::int FROM sweep_candidates WHERE job_id = $1 GROUP BY state`,
      [id],
    );
    return { seconds, states: Object.fromEntries(rows.map(({ state, count }) => [state, count])) };
  } finally {
    await worker.stop();
    await store.close();
    await database.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Seconds for all candidates one after another, nothing kept from one to the next. */
async function script() {
  const began = performance.now();
  for (const { folder: baseFolder, strategy, parameters } of candidates) {
    const folder = await mkdtemp(join(workFolder, 'script-'));
    await runStrategy(
      {
        strategy,
        parameters,
        baseFolder,
        datasetFolder,
        cacheFolder: join(folder, 'features'),
        cacheBytes: 16 * 2 ** 30,
        memoryBytes: 8 * 2 ** 30,
        outputFolder: join(folder, 'output'),
        seed: 1,
        threads: Number(threads),
        signal,
        on: { progress: () => {}, metric: () => {}, log: () => {} },
      },
      () => loadStrategies(builtInSources),
    );
    await rm(folder, { recursive: true, force: true });
  }
  return { seconds: (performance.now() - began) / 1000 };
}

async function publishNetwork(zoo, principal, folder) {
  const model = await createModel(zoo, principal, { name: basename(folder) });
  const files = await storeFolder(zoo, principal, folder);
  const named = files.map(({ path, sha256 }) => ({ path, sha256 }));
  return (await publishModelVersion(zoo, principal, model.id, { files: named })).id;
}

async function publishDataset(zoo, principal) {
  const { id: datasetId } = await createDataset(zoo, principal, { name: 'pictures' });
  const index = JSON.parse(await readFile(join(datasetFolder, 'index.json'), 'utf8'));
  const manifest = {
    ...summarizeIndex(index),
    splitSource: 'given',
    seed: 1,
    rejected: [],
    rejectedCount: 0,
    nearDuplicates: [],
    nearDuplicateCount: 0,
  };
  const files = await storeFolder(zoo, principal, datasetFolder);
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

function ratioOf({ sweep: ours, script: theirs }) {
  return theirs.seconds / ours.seconds;
}
