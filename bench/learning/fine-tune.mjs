// A partial fine-tune of ten epochs, from JPEG files to test accuracy, beside Keras with the same recipe; and a second
// head-only job on the same pictures beside its own first run.
//
//   node bench/learning/fine-tune.mjs --pictures FOLDER --python PYTHON [--per-class 100] [--rounds 2] [--threads 2]
//
// FOLDER holds train/, validation/ and test/ with a folder of JPEG files for each class; PYTHON has tensorflow. Whole
// processes take turns; ratios are of their wall clock, start included.
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { prepareDataset } from '../study/datasets.mjs';
import { readClothing } from '../study/clothing.mjs';
import { prepareBaseModel } from '../study/base-model.mjs';
import { exportWeights } from './export-weights.mjs';

const { values } = parseArgs({
  options: {
    pictures: { type: 'string' },
    python: { type: 'string' },
    'per-class': { type: 'string', default: '100' },
    rounds: { type: 'string', default: '2' },
    threads: { type: 'string', default: '2' },
  },
});
if (values.pictures === undefined || values.python === undefined) {
  console.error('usage: node bench/learning/fine-tune.mjs --pictures FOLDER --python PYTHON');
  process.exit(2);
}
const here = dirname(fileURLToPath(import.meta.url));
const work = await mkdtemp(join(tmpdir(), 'zoo-bench-fine-tune-'));
const perClass = Number(values['per-class']);
const threads = Number(values.threads);

/**
 * Plain on both sides, so that both do the same: no augmentation, no early stop, one rate for all layers. Adam, since
 * under SGD the random head of the peer is not through after ten epochs at any rate that the pretrained layers bear.
 */
const recipe = { epochs: 10, batchSize: 16, learningRate: 3e-4 };

try {
  const baseFolder = await prepareBaseModel(work);
  const weights = await exportWeights(baseFolder, join(work, 'weights'));
  const splits = {};
  for (const split of ['train', 'validation', 'test']) {
    splits[split] = await listSplit(split, split === 'train' ? perClass : Infinity);
  }
  const datasetFolder = await prepareDataset(
    { name: 'pictures', pictures: () => picturesOf(splits) },
    {},
    work,
  );
  const request = { recipe, threads, baseFolder, datasetFolder, weights, splits };

  const results = { modelzoo: [], keras: [], firstHead: [], secondHead: [] };
  for (let round = 0; round < Number(values.rounds); round++) {
    const cacheFolder = join(work, `cache-${round}`);
    const headCache = join(work, `head-cache-${round}`);
    await mkdir(cacheFolder);
    await mkdir(headCache);
    const ours = (kind, cache) => [
      process.execPath,
      ['ours-fine-tune.mjs'],
      { ...request, kind, cacheFolder: cache },
    ];
    const turns = {
      modelzoo: ours('partial', cacheFolder),
      keras: [values.python, ['fine_tune_keras.py'], request],
      firstHead: ours('head', headCache),
      secondHead: ours('head', headCache),
    };
    for (const [name, [command, [script], input]] of Object.entries(turns)) {
      const result = run(command, join(here, script), input);
      results[name].push(result);
      console.log(
        `round ${round + 1} ${name.padEnd(10)} ${result.seconds.toFixed(1)} s, accuracy ${(100 * result.accuracy).toFixed(1)} %, ` +
          `peak memory ${Math.round(result.peakBytes / 2 ** 20)} MB${result.detail ? `, ${result.detail}` : ''}`,
      );
    }
  }
  report('partial fine-tune, Keras / modelzoo', results.keras, results.modelzoo);
  report('head-only job, first / second', results.firstHead, results.secondHead);
} finally {
  await rm(work, { recursive: true, force: true });
}

async function listSplit(split, most) {
  const root = join(values.pictures, split);
  const classes = (await readdir(root)).sort();
  const files = await Promise.all(
    classes.map(async (name, label) =>
      (await readdir(join(root, name)))
        .sort()
        .slice(0, most)
        .map((file) => ({ path: join(root, name, file), label })),
    ),
  );
  return files.flat();
}

async function picturesOf(lists) {
  const picked = new Set(Object.values(lists).flatMap((list) => list.map(({ path }) => path)));
  const entries = await Promise.all(
    Object.keys(lists).map(async (split) => [
      split,
      (await readClothing(values.pictures, split)).filter((picture) =>
        picked.has(join(values.pictures, split, picture.class, picture.name)),
      ),
    ]),
  );
  return Object.fromEntries(entries);
}

function run(command, script, input) {
  const began = performance.now();
  const { stdout, stderr, status } = spawnSync(command, [script], {
    input: JSON.stringify(input),
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    env: {
      ...process.env,
      OMP_NUM_THREADS: String(threads),
      CUDA_VISIBLE_DEVICES: '',
      TF_CPP_MIN_LOG_LEVEL: '3',
    },
  });
  if (status !== 0) throw new Error(`${script} failed:\n${stderr.slice(-2000)}`);
  const result = JSON.parse(stdout.trim().split('\n').at(-1));
  return { ...result, seconds: (performance.now() - began) / 1000 };
}

function report(title, slow, quick) {
  const ratios = slow.map(({ seconds }, round) => seconds / quick[round].seconds).sort((a, b) => a - b);
  const median = ratios[Math.floor(ratios.length / 2)];
  console.log(`${title}: ${median.toFixed(2)} (${ratios.map((ratio) => ratio.toFixed(2)).join(', ')})`);
}
