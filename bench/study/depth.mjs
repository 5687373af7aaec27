import { readDatasetFolder } from '../../dist/learning/datasets/dataset-folder.js';
import { FeatureCache } from '../../dist/learning/features/feature-cache.js';
import { extractFeatures } from '../../dist/learning/features/extract-features.js';
import { createFeatureExtractor } from '../../dist/learning/features/feature-extractor.js';
import { LinearClassifierFit } from '../../dist/learning/linear/fit-linear-classifier.js';
import { loadTfjsLayers } from '../../dist/learning/tfjs-layers/load-tfjs-layers.js';
import { filesOfFolder } from '../../dist/learning/tfjs-layers/model-files.js';
import { picturesOfSplit } from '../../dist/plugins/run/split-pictures.js';

/** Cuts compared, from the input to the output: one a block. */
const mostCuts = 10;

/**
 * How well a linear classifier does on the features at each depth of the frozen network: test accuracy of an SVM whose C
 * cross-validation chooses, features averaged over height and width.
 *
 * @see Yosinski et al. 2014, "How transferable are features in deep neural networks?"
 */
export async function probeByDepth({ baseFolder, datasetFolder, cacheFolder, inputSize, threads }) {
  const model = await loadTfjsLayers(filesOfFolder(baseFolder), {
    input: { height: inputSize, width: inputSize },
  });
  const boundaries = model.manifest.cutPoints.filter(
    ({ blockBoundary, outputShape }) => blockBoundary && outputShape.length === 4,
  );
  const step = Math.max(1, (boundaries.length - 1) / (mostCuts - 1));
  const cuts = Array.from(
    { length: Math.min(mostCuts, boundaries.length) },
    (_, index) => boundaries[Math.round(index * step)],
  ).map(({ layer }) => ({ layer, pooling: 'average' }));
  const dataset = await readDatasetFolder(datasetFolder);
  const cache = new FeatureCache(cacheFolder, 8 * 2 ** 30);
  const extractor = await createFeatureExtractor({ model, cuts, threads });
  try {
    const train = picturesOfSplit(dataset, 'train');
    const test = picturesOfSplit(dataset, 'test');
    const trainFeatures = await extractFeatures(extractor, train.source, { cache });
    const testFeatures = await extractFeatures(extractor, test.source, { cache });
    const results = [];
    for (const [index, { layer }] of cuts.entries()) {
      const numClasses = dataset.index.classes.length;
      const problem = await LinearClassifierFit.prepare(
        {
          features: trainFeatures[index].data,
          labels: train.labels,
          featureDim: trainFeatures[index].featureDim,
          numClasses,
        },
        { classifier: 'svm', folds: 5, maxIterations: 100, seed: 0, threads },
      );
      try {
        const best = (await problem.crossValidate())?.best;
        const { weights, bias } = await problem.fit(best?.C);
        const accuracy = accuracyOf(testFeatures[index], test.labels, weights, bias);
        results.push({ layer, depth: boundaries.findIndex((cut) => cut.layer === layer), accuracy });
      } finally {
        await problem.release();
      }
    }
    return results;
  } finally {
    await extractor.dispose();
    await dataset.close();
  }
}

function accuracyOf({ rows, featureDim, data }, labels, weights, bias) {
  const numClasses = bias.length;
  let right = 0;
  for (let row = 0; row < rows; row++) {
    const scores = Float64Array.from(bias);
    for (let feature = 0; feature < featureDim; feature++) {
      const value = data[row * featureDim + feature];
      for (let label = 0; label < numClasses; label++) {
        scores[label] += value * weights[feature * numClasses + label];
      }
    }
    if (scores.indexOf(Math.max(...scores)) === labels[row]) right++;
  }
  return right / rows;
}
