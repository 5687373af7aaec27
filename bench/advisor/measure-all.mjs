/**
 * What the advisor measures on the data sets of the study: each network alone and to the end, which its knowledge is fitted
 * to, and all of them together in a time that is given, as a user asks. One measuring is a line of measurements.jsonl
 * beside this file. The arguments are those of train-all.mjs.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { measureModels } from '../../dist/advisor/measure/measure-models.js';
import { loadTfjsLayers } from '../../dist/learning/tfjs-layers/load-tfjs-layers.js';
import { filesOfFolder } from '../../dist/learning/tfjs-layers/model-files.js';
import { readArguments } from './cli.mjs';
import { datasets, prepareDataset } from './datasets.mjs';
import { openLines } from './json-lines.mjs';
import { networks, prepareNetwork } from './networks.mjs';

/** Enough to measure any of the networks on any of the data sets to the end. */
const longSeconds = 3600;
/** What a user who asks for an answer soon gives. */
const shortSeconds = 60;

const { sources, wheel, workFolder, seeds, isChosenDataset, isChosenNetwork } = readArguments();
await mkdir(workFolder, { recursive: true });
const measured = await openLines(new URL('measurements.jsonl', import.meta.url));
const chosen = networks.filter(isChosenNetwork);
for (const seed of seeds) {
  for (const dataset of datasets.filter(isChosenDataset)) {
    const asked = [
      ...chosen.map((network) => ({ title: network.name, of: [network], budgetSeconds: longSeconds })),
      { title: 'together', of: chosen, budgetSeconds: shortSeconds },
    ];
    for (const { title, of, budgetSeconds } of asked) {
      const key = [dataset.name, title, seed].join(' · ');
      if (measured.has(key)) continue;
      const datasetFolder = await prepareDataset(dataset, seed, sources, workFolder);
      const models = await Promise.all(of.map(modelToMeasure));
      const measurements = await measureModels({
        models,
        datasetFolder,
        // Apart from that of the trainings: how long measuring takes is part of the answer.
        cacheFolder: join(workFolder, `advice-features-${title === 'together' ? 'together' : 'alone'}`),
        cacheBytes: 16 * 2 ** 30,
        budgetSeconds,
        seed,
        threads: 2,
        memoryBytes: 8 * 2 ** 30,
        signal: new AbortController().signal,
        on: { progress: () => {}, log: () => {} },
      });
      // They are long, and lie with the profile in a zoo.
      for (const model of measurements.models) for (const cut of model.cuts) cut.statistics = null;
      await measured.add({ key, dataset: dataset.name, domain: dataset.domain, title, seed, measurements });
      console.log(`${key}: ${measurements.spentSeconds.toFixed(1)} s`);
    }
  }
}

async function modelToMeasure(network) {
  const folder = await prepareNetwork(network, wheel, workFolder);
  const { manifest } = await loadTfjsLayers(filesOfFolder(folder));
  const { name, sourceAccuracy, createdAt } = network;
  return {
    versionId: name,
    name,
    folder,
    sourceAccuracy,
    createdAt,
    parameterCount: manifest.parameterCount,
  };
}
