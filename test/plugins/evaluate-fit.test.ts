import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { readDatasetFolder } from '../../src/learning/datasets/dataset-folder.js';
import { packBits } from '../../src/learning/evaluation/bits.js';
import { evaluate } from '../../src/learning/evaluation/evaluate.js';
import { rightlyNamed } from '../../src/learning/evaluation/rightly-named.js';
import { classify } from '../../src/learning/features/classify.js';
import { loadTfjsLayers } from '../../src/learning/tfjs-layers/load-tfjs-layers.js';
import featureExtraction from '../../src/plugins/feature-extraction-svm/index.js';
import { evaluateFit, type EvaluationInput } from '../../src/plugins/run/evaluate-fit.js';
import { fitStrategy } from '../../src/plugins/run/fit-strategy.js';
import { publishedFiles } from '../../src/plugins/run/published-files.js';
import { picturesOfSplit } from '../../src/plugins/run/split-pictures.js';
import { createClothingWorkshop, type ClothingWorkshop } from './clothing.js';

const classes = ['dress', 'hat', 'shoes'];

let workshop: ClothingWorkshop;
let input: EvaluationInput;
beforeAll(async () => {
  workshop = await createClothingWorkshop(classes, { train: 8, validation: 3, test: 5 });
  const { baseFolder, datasetFolder, folder } = workshop;
  const common = {
    baseFolder,
    datasetFolder,
    cacheFolder: join(folder, 'cache'),
    cacheBytes: 1e9,
    outputFolder: join(folder, 'output'),
    seed: 1,
    threads: 2,
    signal: new AbortController().signal,
    on: { progress: () => undefined, metric: () => undefined, log: () => undefined },
  };
  await mkdir(common.outputFolder);
  const parameters = { layer: 'block_6_expand_relu', inputSize: 64 };
  input = { ...common, fit: await fitStrategy(featureExtraction, { ...common, parameters }) };
});
afterAll(() => workshop.remove());

/** The scores that the published files give for one split, by themselves. */
async function scoresOf(split: 'validation' | 'test') {
  const { baseFolder, datasetFolder } = workshop;
  const { outputFolder, fit } = input;
  const dataset = await readDatasetFolder(datasetFolder);
  onTestFinished(() => dataset.close());
  const pictures = picturesOfSplit(dataset, split);
  const model = await loadTfjsLayers(await publishedFiles(fit.files, { baseFolder, outputFolder }));
  const { data: scores } = await classify({ model, images: pictures.source, threads: 2 });
  return { ...pictures, scores, numClasses: classes.length };
}

describe('an evaluation that others are compared with', () => {
  it.each(['linear-on-features', 'fine-tuned'] as const)(
    'judges validation and test pictures of a %s model as each would be judged alone',
    async (kind) => {
      const [validation, test] = [await scoresOf('validation'), await scoresOf('test')];
      const { comparable, evaluation } = await evaluateFit({
        ...input,
        fit: { ...input.fit, kind },
        isCompared: true,
      });
      const alone = evaluate({
        ...validation,
        split: 'validation',
        classes,
        areProbabilities: false,
        seed: 1,
      });
      expect(comparable?.validation).toEqual({
        imageCount: 9,
        accuracy: alone.accuracy,
        accuracyInterval: alone.accuracyInterval,
      });
      expect(comparable?.testRight).toBe(packBits(rightlyNamed(test)));
      expect(evaluation.imageCount).toBe(15);
      // Else a mix-up of the two would go unseen.
      expect(alone.accuracy).not.toBe(evaluation.accuracy);
    },
  );
});
