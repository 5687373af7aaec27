/**
 * The claims about transfer learning, tried with our own system: which strategy serves where, and how general the
 * features are by depth. Writes docs/guides/strategies.md (between its markers) and the plot beside it.
 *
 *   node bench/study/study.mjs --clothing FOLDER --fashion-mnist FOLDER --emoji NODE_MODULES --work FOLDER
 *
 * What has been run is kept in results.jsonl beside this file, and a second call goes on where the first was stopped (remove
 * it to begin anew); --only, --seeds, --strategies and
 * --pretrained-only run a part of it, and cells of the tables that rest on fewer seeds say so. The strategies under examples/ run
 * as well; their READMEs have a table each.
 */
import { appendFile, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadConfig } from '../../dist/config.js';
import { runStrategy } from '../../dist/plugins/run/run-strategy.js';
import { prepareBaseModel } from './base-model.mjs';
import { datasets, fashionMnistWhole, prepareDataset } from './datasets.mjs';
import { probeByDepth } from './depth.mjs';
import { writeExampleReports } from './example-report.mjs';
import { loadExamples } from './load-examples.mjs';
import { writeReport } from './report.mjs';

/**
 * How many pictures a training shows in all, half of what the strategies show by default, so that some sixty runs fit an
 * hour of two cores.
 */
const shownPictures = 15_000;
const mostEpochs = 30;
const threads = 2;
/** As a worker has it: with the addon for tfjs where that was built. */
const { engine } = loadConfig().worker;

const strategies = [
  { name: 'feature-extraction-svm', title: 'feature extraction + SVM', parameters: {}, trains: false },
  { name: 'partial-fine-tuning', title: 'partial fine-tuning', parameters: {}, trains: true },
  { name: 'full-retraining', title: 'full retraining, pretrained', parameters: {}, trains: true },
  {
    name: 'full-retraining',
    title: 'full retraining, random start',
    parameters: { initialization: 'random' },
    trains: true,
    isRandom: true,
  },
];

/** Packages of their own, under examples/. */
const examples = [
  { name: 'prototypes', title: 'prototypes', folder: 'strategy-prototypes', parameters: {}, trains: false },
  { name: 'l2-sp', title: 'L2-SP', folder: 'strategy-l2-sp', parameters: {}, trains: true },
  // A network that starts from nothing is shown pictures as often as it takes by itself.
  {
    name: 'distillation',
    title: 'distillation',
    folder: 'strategy-distillation',
    parameters: {},
    trains: false,
  },
];

const { values } = parseArgs({
  options: {
    clothing: { type: 'string' },
    'fashion-mnist': { type: 'string' },
    emoji: { type: 'string' },
    work: { type: 'string' },
    /** How many seeds: the study wants three. */
    seeds: { type: 'string', default: '3' },
    /** Names of data sets, with commas between; all by default. */
    only: { type: 'string' },
    /** Names of strategies, likewise. */
    strategies: { type: 'string' },
    /** Leaves out the random start, which takes the most time. */
    'pretrained-only': { type: 'boolean', default: false },
    'report-only': { type: 'boolean', default: false },
  },
});
const { clothing, 'fashion-mnist': fashionMnist, emoji, work } = values;
if (!clothing || !fashionMnist || !emoji || !work) {
  throw new Error('--clothing, --fashion-mnist, --emoji and --work each name a folder; see bench/README.md');
}
const seeds = Array.from({ length: Number(values.seeds) }, (_, index) => index + 1);
const chosen = datasets.filter(({ name }) => values.only?.split(',').includes(name) ?? true);
const run = [...strategies, ...examples].filter(
  ({ name }) => values.strategies?.split(',').includes(name) ?? true,
);
const sources = { clothing, fashionMnist, emoji };
/** Checked in: what stands in the page, run by run. */
const resultsFile = new URL('results.jsonl', import.meta.url);
await mkdir(work, { recursive: true });
const loadStrategies = loadExamples(examples, work);

if (!values['report-only']) {
  const baseFolder = await prepareBaseModel(work);
  for (const seed of seeds) {
    for (const dataset of chosen) {
      for (const strategy of run) {
        if (!(strategy.isRandom && (dataset.shift || values['pretrained-only'])))
          await once(baseFolder, dataset, strategy, seed);
      }
    }
    if (seed === seeds[0]) {
      for (const dataset of chosen.filter(({ shift }) => !shift)) await depthOnce(baseFolder, dataset);
      if (run.includes(strategies[0])) await once(baseFolder, fashionMnistWhole, strategies[0], seed);
    }
  }
}
const results = await knownResults();
await writeReport({ results, datasets, strategies, fashionMnistWhole });
await writeExampleReports({ results, datasets, strategies, examples });

/** One fine-tune, unless it is known. A run that fails is told and left out. */
async function once(baseFolder, dataset, strategy, seed) {
  const key = [dataset.name, strategy.title, seed].join(' · ');
  if ((await knownResults()).some((result) => result.key === key)) return;
  const datasetFolder = await prepareDataset(dataset, sources, work);
  const outputFolder = await mkdtemp(join(work, 'output-'));
  const began = performance.now();
  try {
    const result = await runStrategy(
      {
        strategy: strategy.name,
        parameters: {
          ...strategy.parameters,
          inputSize: dataset.inputSize,
          ...(strategy.trains ? { epochs: await epochsFor(datasetFolder) } : {}),
        },
        baseFolder,
        datasetFolder,
        cacheFolder: join(work, 'features'),
        cacheBytes: 16 * 2 ** 30,
        memoryBytes: 8 * 2 ** 30,
        outputFolder,
        seed,
        threads,
        engine,
        signal: new AbortController().signal,
        on: { progress: () => {}, metric: () => {}, log: (message) => console.log(`    ${message}`) },
      },
      loadStrategies,
    );
    const { accuracy, accuracyInterval, imageCount, calibrationError, baseline } = result.evaluation;
    await keep({
      key,
      kind: 'run',
      dataset: dataset.name,
      strategy: strategy.title,
      seed,
      accuracy,
      accuracyInterval,
      imageCount,
      calibrationError,
      baseline,
      chosen: result.chosen,
      trainImageCount: result.trainImageCount,
      seconds: (performance.now() - began) / 1000,
    });
    console.log(`${key}: ${(100 * accuracy).toFixed(1)} %`);
  } finally {
    await rm(outputFolder, { recursive: true, force: true });
  }
}

async function depthOnce(baseFolder, dataset) {
  const key = `depth · ${dataset.name}`;
  if ((await knownResults()).some((result) => result.key === key)) return;
  const datasetFolder = await prepareDataset(dataset, sources, work);
  const cacheFolder = join(work, 'features');
  const { inputSize } = dataset;
  const cuts = await probeByDepth({ baseFolder, datasetFolder, cacheFolder, inputSize, threads });
  await keep({ key, kind: 'depth', dataset: dataset.name, cuts });
  console.log(`${key}: ${cuts.map(({ accuracy }) => (100 * accuracy).toFixed(1)).join(', ')}`);
}

async function epochsFor(datasetFolder) {
  const { images } = JSON.parse(await readFile(join(datasetFolder, 'index.json'), 'utf8'));
  const trainCount = images.filter(({ split }) => split === 'train').length;
  return Math.min(mostEpochs, Math.max(1, Math.round(shownPictures / trainCount)));
}

async function keep(result) {
  await appendFile(resultsFile, `${JSON.stringify(result)}\n`);
}

async function knownResults() {
  const text = await readFile(resultsFile, 'utf8').catch(() => '');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}
