import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { candidateLayers } from '../../dist/learning/cuts/candidate-layers.js';
import { loadTfjsLayers } from '../../dist/learning/tfjs-layers/load-tfjs-layers.js';
import { filesOfFolder } from '../../dist/learning/tfjs-layers/model-files.js';
import { builtInSources, loadStrategies } from '../../dist/plugins/loader.js';
import { runStrategy } from '../../dist/plugins/run/run-strategy.js';

/** How many pictures a training shows in all; strategies by themselves show five times as many. */
const shownPictures = 6000;

/**
 * Everything that is really trained of one network on one data set: linear classifiers at each of the cuts that are
 * compared when none is named, deepest first, a softmax where cross-validation wants it, part of the network, all of it.
 */
export async function trainingsOf(baseFolder, datasetFolder) {
  const { manifest } = await loadTfjsLayers(filesOfFolder(baseFolder));
  const { images } = JSON.parse(await readFile(join(datasetFolder, 'index.json'), 'utf8'));
  const train = images.filter(({ split }) => split === 'train').length;
  const epochs = Math.max(2, Math.min(30, Math.round(shownPictures / train)));
  return [
    ...candidateLayers(manifest, 'average').map(({ layer }, at) => ({
      title: `SVM at cut ${at + 1}`,
      strategy: 'feature-extraction-svm',
      parameters: { layer },
    })),
    { title: 'softmax', strategy: 'feature-extraction-svm', parameters: { classifier: 'softmax' } },
    { title: 'partial', strategy: 'partial-fine-tuning', parameters: { epochs } },
    { title: 'full', strategy: 'full-retraining', parameters: { epochs } },
  ];
}

/** Trains one of them, and says how it did on the test pictures. */
export async function train({ strategy, parameters }, { baseFolder, datasetFolder, seed, workFolder }) {
  const outputFolder = await mkdtemp(join(workFolder, 'output-'));
  const began = performance.now();
  try {
    const { evaluation, chosen } = await runStrategy(
      {
        strategy,
        parameters,
        baseFolder,
        datasetFolder,
        cacheFolder: join(workFolder, 'features'),
        cacheBytes: 16 * 2 ** 30,
        memoryBytes: 8 * 2 ** 30,
        outputFolder,
        seed,
        threads: 2,
        signal: new AbortController().signal,
        on: { progress: () => {}, metric: () => {}, log: () => {} },
      },
      () => loadStrategies(builtInSources),
    );
    const { accuracy, accuracyInterval, imageCount, baseline } = evaluation;
    const seconds = (performance.now() - began) / 1000;
    return { accuracy, accuracyInterval, imageCount, baseline, chosen, seconds };
  } finally {
    await rm(outputFolder, { recursive: true, force: true });
  }
}
