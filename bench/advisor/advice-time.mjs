/**
 * What an advice costs, beside the trainings that it spares: measuring the three starter networks against one epoch of full
 * retraining of the middle one in size, on the same training pictures, in turn; and what the linear job that follows gains
 * from the features that the advice left. Everything in this process, on the same threads. Prints a line of JSON for each
 * round, then the ratios. `--rounds` names those to run: odd ones begin with the advice, even ones with the epoch.
 *
 * The epoch is the time from the report of the validation before the first step to that of the last step: neither the start
 * (features, head, compilation), nor a validation, nor the evaluation is in it. The training is ended there.
 *
 *   node bench/advisor/advice-time.mjs SOURCES [--count 2000] [--rounds 1,2] [--input-size own] [--threads 2]
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { measureModels } from '../../dist/advisor/measure/measure-models.js';
import { loadTfjsLayers } from '../../dist/learning/tfjs-layers/load-tfjs-layers.js';
import { filesOfFolder } from '../../dist/learning/tfjs-layers/model-files.js';
import { builtInSources, loadStrategies } from '../../dist/plugins/loader.js';
import { evaluateFit } from '../../dist/plugins/run/evaluate-fit.js';
import { fitStrategy } from '../../dist/plugins/run/fit-strategy.js';
import { readArguments } from './cli.mjs';
import { networks, prepareNetwork } from './networks.mjs';
import { preparePhotographs } from './photographs.mjs';
import { describeRatios } from './ratios.mjs';

/** More than measuring all of them takes. */
const enoughSeconds = 36_000;

const { values, sources, wheel, workFolder, isChosenNetwork } = readArguments({
  count: { type: 'string', default: '2000' },
  rounds: { type: 'string', default: '1,2' },
  'input-size': { type: 'string', default: 'own' },
  threads: { type: 'string', default: '2' },
});
const size = values['input-size'] === 'own' ? 'own' : Number(values['input-size']);
const quiet = { progress: () => {}, metric: () => {}, log: () => {} };

await mkdir(workFolder, { recursive: true });
const datasetFolder = await preparePhotographs(sources, Number(values.count), workFolder);
const models = await Promise.all(networks.filter(isChosenNetwork).map(modelToMeasure));
const bySize = [...models].sort((a, b) => a.parameterCount - b.parameterCount);
const middle = bySize[Math.floor(bySize.length / 2)];
const common = {
  datasetFolder,
  cacheBytes: 16 * 2 ** 30,
  memoryBytes: 8 * 2 ** 30,
  threads: Number(values.threads),
  seed: 1,
};
const strategies = await loadStrategies(builtInSources);
console.log(
  JSON.stringify({
    trainingPictures: Number(values.count),
    networks: models.map(({ name, input }) => `${name} at ${input.height} × ${input.width}`),
    epochOf: middle.name,
  }),
);

const rounds = [];
for (const round of values.rounds.split(',').map(Number)) {
  const adviceFolder = await cacheFolder();
  const emptyFolder = await cacheFolder();
  const parts = {
    advice: () => advise(adviceFolder, enoughSeconds),
    epoch: () => trainOneEpoch(),
  };
  const measured = await inTurn(parts, round);
  const { advice, epoch } = measured;
  measured.adviceInAnEpoch = await withEmptyCache((folder) => advise(folder, epoch.seconds));
  const base = models.find(({ name }) => name === advice.best);
  const jobs = {
    jobAfterAdvice: () => runLinearJob(base, adviceFolder),
    jobOnEmptyCache: () => runLinearJob(base, emptyFolder),
  };
  Object.assign(measured, await inTurn(jobs, round));
  rounds.push(measured);
  console.log(JSON.stringify({ round, ...measured }));
  for (const folder of [adviceFolder, emptyFolder]) await rm(folder, { recursive: true, force: true });
}
console.log(
  describeRatios(rounds, {
    'advice, complete / one epoch': ({ advice, epoch }) => advice.seconds / epoch.seconds,
    'advice with an epoch’s time / one epoch': ({ adviceInAnEpoch, epoch }) =>
      adviceInAnEpoch.seconds / epoch.seconds,
    'linear job on an empty cache / after the advice': ({ jobOnEmptyCache, jobAfterAdvice }) =>
      jobOnEmptyCache.seconds / jobAfterAdvice.seconds,
    'its fit alone': ({ jobOnEmptyCache, jobAfterAdvice }) =>
      jobOnEmptyCache.fitSeconds / jobAfterAdvice.fitSeconds,
  }),
);

/** In the order given in odd rounds, from the last in even ones. */
async function inTurn(parts, round) {
  const order = round % 2 === 1 ? Object.entries(parts) : Object.entries(parts).reverse();
  const measured = {};
  for (const [name, run] of order) measured[name] = await run();
  return measured;
}

async function modelToMeasure(network) {
  const folder = await prepareNetwork(network, wheel, workFolder, size);
  const { manifest } = await loadTfjsLayers(filesOfFolder(folder));
  const { name, sourceAccuracy, createdAt } = network;
  const { parameterCount, input } = manifest;
  return { versionId: name, name, folder, sourceAccuracy, createdAt, parameterCount, input };
}

/** What a budget reaches: on how many pictures each model was measured, and what the best probe on its features says. */
async function advise(folder, budgetSeconds) {
  const began = performance.now();
  const measurements = await measureModels({
    ...common,
    models,
    cacheFolder: folder,
    budgetSeconds,
    signal: new AbortController().signal,
    on: quiet,
  });
  const seconds = secondsSince(began);
  const reached = measurements.models.map(({ versionId, state, pictures, cuts, ...model }) => ({
    name: versionId,
    state,
    pictures,
    probe: Math.max(0, ...cuts.map(({ scores }) => scores.probe?.accuracy ?? 0)),
    picturesPerSecond: model.picturesPerSecond,
    seconds: model.seconds,
  }));
  const best = reached
    .filter(({ state }) => state === 'MEASURED')
    .reduce((one, other) => (other.probe > one.probe ? other : one));
  return { seconds, best: best.name, reached };
}

async function trainOneEpoch() {
  const done = new AbortController();
  const marks = {};
  const began = performance.now();
  const on = {
    log: () => {},
    metric(name) {
      // The first says what the solved head is worth before training, the second comes at the end of the epoch.
      if (name !== 'validation/accuracy') return;
      if (marks.started === undefined) marks.started = performance.now();
      else done.abort(new Error('one epoch is enough'));
    },
    progress(phase, at, total) {
      if (phase === 'training' && at === total) marks.trained = performance.now();
    },
  };
  await withEmptyCache((folder) =>
    withOutput((outputFolder) =>
      fitStrategy(strategies.find('full-retraining'), {
        ...common,
        parameters: { epochs: 1 },
        baseFolder: middle.folder,
        cacheFolder: folder,
        outputFolder,
        signal: done.signal,
        on,
      }),
    ),
  ).catch((error) => {
    if (error !== done.signal.reason) throw error;
  });
  const seconds = (marks.trained - marks.started) / 1000;
  return { seconds, secondsBefore: (marks.started - began) / 1000 };
}

/** With the cut that the strategy chooses: it compares the cuts that an advice has measured. */
function runLinearJob(base, folder) {
  return withOutput(async (outputFolder) => {
    const input = {
      ...common,
      parameters: {},
      baseFolder: base.folder,
      cacheFolder: folder,
      outputFolder,
      signal: new AbortController().signal,
      on: quiet,
    };
    const began = performance.now();
    const fit = await fitStrategy(strategies.find('feature-extraction-svm'), input);
    const fitSeconds = secondsSince(began);
    const { evaluation } = await evaluateFit({ ...input, fit });
    return { seconds: secondsSince(began), fitSeconds, accuracy: evaluation.accuracy };
  });
}

function cacheFolder() {
  return mkdtemp(join(workFolder, 'features-'));
}

async function withEmptyCache(run) {
  const folder = await cacheFolder();
  try {
    return await run(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function withOutput(run) {
  const folder = await mkdtemp(join(workFolder, 'output-'));
  try {
    return await run(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function secondsSince(began) {
  return (performance.now() - began) / 1000;
}
