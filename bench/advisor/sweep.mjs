/**
 * An advice for the three starter networks and a sweep of each × {SVM at the three cuts that are compared, softmax, partial
 * fine-tuning}, against a script that extracts features anew for each of them. Both run the same code on the same threads and
 * score every fit on the validation and the test pictures, in turn: the one as jobs, with database, processes and publishing,
 * in a zoo that has seen nothing; the other in one process, with an empty cache for the advice and for each candidate. Prints
 * a line of JSON for each, with its seconds by kind of candidate, then the ratio.
 *
 *   node bench/advisor/sweep.mjs SOURCES [--count 500] [--rounds 1] [--kinds advice,svm,softmax,partial] [--epochs 2]
 *     [--input-size own] [--threads 2]
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { measureModels } from '../../dist/advisor/measure/measure-models.js';
import { launchAdvice } from '../../dist/jobs/advice/launch-advice.js';
import { watchJobEvents } from '../../dist/jobs/events/watch-job-events.js';
import { launchSweep } from '../../dist/jobs/sweep/launch-sweep.js';
import { candidateLayers } from '../../dist/learning/cuts/candidate-layers.js';
import { loadTfjsLayers } from '../../dist/learning/tfjs-layers/load-tfjs-layers.js';
import { filesOfFolder } from '../../dist/learning/tfjs-layers/model-files.js';
import { builtInSources, loadStrategies } from '../../dist/plugins/loader.js';
import { evaluateFit } from '../../dist/plugins/run/evaluate-fit.js';
import { fitStrategy } from '../../dist/plugins/run/fit-strategy.js';
import { Job } from '../../dist/zoo/database/entities/index.js';
import { readArguments } from './cli.mjs';
import { openFreshZoo } from './fresh-zoo.mjs';
import { networks, prepareNetwork } from './networks.mjs';
import { preparePhotographs } from './photographs.mjs';
import { describeRatios } from './ratios.mjs';

/** More than measuring all of them takes. */
const enoughSeconds = 36_000;

const { values, sources, wheel, workFolder, isChosenNetwork } = readArguments({
  count: { type: 'string', default: '500' },
  rounds: { type: 'string', default: '1' },
  kinds: { type: 'string', default: 'advice,svm,softmax,partial' },
  epochs: { type: 'string', default: '2' },
  'input-size': { type: 'string', default: 'own' },
  threads: { type: 'string', default: '2' },
});
const size = values['input-size'] === 'own' ? 'own' : Number(values['input-size']);
const kinds = values.kinds.split(',');
const threads = Number(values.threads);
const featureBytes = 16 * 2 ** 30;
const memoryBytes = 8 * 2 ** 30;
const signal = new AbortController().signal;
const quiet = { progress: () => {}, metric: () => {}, log: () => {} };

await mkdir(workFolder, { recursive: true });
const datasetFolder = await preparePhotographs(sources, Number(values.count), workFolder);
const models = await Promise.all(networks.filter(isChosenNetwork).map(modelToMeasure));
const candidates = models.flatMap(candidatesOn).filter(({ kind }) => kinds.includes(kind));
const strategies = await loadStrategies(builtInSources);
console.log(
  JSON.stringify({
    trainingPictures: Number(values.count),
    networks: models.map(({ name, input }) => `${name} at ${input.height} × ${input.width}`),
    kinds,
    candidates: candidates.length,
    epochs: Number(values.epochs),
  }),
);

const rounds = [];
for (const round of values.rounds.split(',').map(Number)) {
  const order = round % 2 === 1 ? [sweep, script] : [script, sweep];
  const measured = {};
  for (const run of order) {
    measured[run.name] = await run();
    console.log(JSON.stringify({ round, [run.name]: measured[run.name] }));
  }
  rounds.push(measured);
}
console.log(
  describeRatios(rounds, {
    'script / advice and sweep': ({ sweep: ours, script: theirs }) => theirs.seconds / ours.seconds,
    'without partial fine-tuning': ({ sweep: ours, script: theirs }) =>
      (theirs.seconds - (theirs.byKind.partial ?? 0)) / (ours.seconds - (ours.byKind.partial ?? 0)),
  }),
);

async function modelToMeasure(network) {
  const folder = await prepareNetwork(network, wheel, workFolder, size);
  const { manifest } = await loadTfjsLayers(filesOfFolder(folder));
  const { parameterCount, input } = manifest;
  const { name, createdAt } = network;
  // A zoo knows nothing of what a network that was just published is worth.
  return { versionId: name, name, folder, sourceAccuracy: null, createdAt, parameterCount, input, manifest };
}

function candidatesOn({ name, folder, manifest }) {
  const linear = (kind, parameters) => ({ kind, strategy: 'feature-extraction-svm', parameters });
  return [
    ...candidateLayers(manifest, 'average').map(({ layer }) => linear('svm', { layer })),
    linear('softmax', { classifier: 'softmax' }),
    { kind: 'partial', strategy: 'partial-fine-tuning', parameters: { epochs: Number(values.epochs) } },
  ].map((candidate) => ({ ...candidate, name, folder }));
}

/** Seconds from the launch of the advice to the end of the sweep; what is stopped early is not trained to its end. */
async function sweep() {
  const fresh = await openFreshZoo(workFolder, {
    ZOO_WORKER_THREADS: String(threads),
    ZOO_CACHE_BYTES: String(2 * featureBytes),
  });
  const { zoo, principal } = fresh;
  try {
    const datasetVersionId = await fresh.publishDataset(datasetFolder);
    const versions = new Map();
    for (const { name, folder } of models) versions.set(name, await fresh.publishNetwork(folder));
    const began = performance.now();
    if (kinds.includes('advice')) {
      const baseVersionIds = [...versions.values()];
      await endOf(
        zoo,
        await launchAdvice(zoo, principal, {
          datasetVersionId,
          baseVersionIds,
          budgetSeconds: enoughSeconds,
        }),
      );
    }
    const adviceSeconds = secondsSince(began);
    const { id } = await endOf(
      zoo,
      await launchSweep(zoo, principal, {
        datasetVersionId,
        name: 'admin/swept',
        candidates: candidates.map(({ name, strategy, parameters }) => ({
          baseVersionId: versions.get(name),
          strategy,
          parameters,
        })),
      }),
    );
    const seconds = secondsSince(began);
    const rows = await zoo.database.query(
      `SELECT strategy, parameters, state, seconds FROM sweep_candidates WHERE job_id = $1`,
      [id],
    );
    const byKind = { advice: adviceSeconds };
    const states = {};
    for (const row of rows) {
      const kind = kindOf(row);
      byKind[kind] = (byKind[kind] ?? 0) + row.seconds;
      states[row.state] = (states[row.state] ?? 0) + 1;
    }
    return { seconds, byKind: { ...byKind, beside: seconds - sum(Object.values(byKind)) }, states };
  } finally {
    await fresh.close();
  }
}

/** Seconds for all of them one after another, nothing kept from one to the next. */
async function script() {
  const byKind = {};
  const measure = async (kind, run) => {
    const folder = await mkdtemp(join(workFolder, 'script-'));
    const began = performance.now();
    const result = await run(folder);
    byKind[kind] = (byKind[kind] ?? 0) + secondsSince(began);
    await rm(folder, { recursive: true, force: true });
    return result;
  };
  if (kinds.includes('advice')) await measure('advice', measureAll);
  const fits = [];
  for (const candidate of candidates) {
    fits.push(await measure(candidate.kind, (folder) => fitAlone(candidate, folder)));
  }
  const best = fits.reduce((one, other) => (other.validation > one.validation ? other : one));
  return { seconds: sum(Object.values(byKind)), byKind, best };
}

function measureAll(folder) {
  return measureModels({
    models,
    datasetFolder,
    cacheFolder: join(folder, 'features'),
    cacheBytes: featureBytes,
    memoryBytes,
    budgetSeconds: enoughSeconds,
    seed: 1,
    threads,
    signal,
    on: quiet,
  });
}

async function fitAlone({ name, folder: baseFolder, kind, strategy, parameters }, folder) {
  const input = {
    parameters,
    baseFolder,
    datasetFolder,
    cacheFolder: join(folder, 'features'),
    cacheBytes: featureBytes,
    memoryBytes,
    outputFolder: join(folder, 'output'),
    seed: 1,
    threads,
    signal,
    on: quiet,
  };
  await mkdir(input.outputFolder, { recursive: true });
  const fit = await fitStrategy(strategies.find(strategy), input);
  const { evaluation, comparable } = await evaluateFit({ ...input, fit, isCompared: true });
  return { name, kind, validation: comparable.validation.accuracy, test: evaluation.accuracy };
}

function kindOf({ strategy, parameters: { classifier = 'svm' } }) {
  const isIt = (one) => one.strategy === strategy && (one.parameters.classifier ?? 'svm') === classifier;
  return candidates.find(isIt).kind;
}

async function endOf(zoo, { id }) {
  const events = watchJobEvents(zoo, id, 0);
  while (!(await events.next()).done);
  const job = await zoo.database.getRepository(Job).findOneByOrFail({ id });
  if (job.state !== 'COMPLETED') throw new Error(`the job ended as ${job.state}: ${job.error?.message}`);
  return job;
}

function sum(numbers) {
  return numbers.reduce((total, number) => total + number, 0);
}

function secondsSince(began) {
  return (performance.now() - began) / 1000;
}
