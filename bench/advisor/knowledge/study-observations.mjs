import { logOdds, smoothedShare } from '../../../dist/advisor/log-odds.js';

const families = {
  'feature extraction + SVM': 'feature-extraction-svm',
  'partial fine-tuning': 'partial-fine-tuning',
  'full retraining, pretrained': 'full-retraining',
};

/** Classes and domain of the study's data sets that teach what they test. */
const datasets = {
  'clothing-20': { domain: 'photographs', classes: 10 },
  'clothing-all': { domain: 'photographs', classes: 10 },
  'fashion-mnist-20': { domain: 'fashion-mnist', classes: 10 },
  'fashion-mnist-300': { domain: 'fashion-mnist', classes: 10 },
  'fashion-mnist-all': { domain: 'fashion-mnist', classes: 10 },
  'emoji-same-style': { domain: 'emoji', classes: 9 },
};

/**
 * Observations from the study of the strategies, which measured less than an advice does. The probe is the cross-validated
 * accuracy of the run with an SVM, its error that of so many pictures; the late gap is that of the SVM by depth. What is not
 * there stays null. The linear probe that fine-tunes are compared with is a softmax on the same features, and stands for that
 * family.
 */
export function studyObservations(results) {
  const runs = results.filter(({ kind, dataset }) => kind === 'run' && dataset in datasets);
  const gaps = lateGaps(results);
  const svm = (dataset, seed) =>
    runs.find(
      (run) =>
        families[run.strategy] === 'feature-extraction-svm' && run.dataset === dataset && run.seed === seed,
    );
  const observations = [];
  for (const run of runs) {
    const { dataset, seed, strategy, accuracy, imageCount, trainImageCount, baseline } = run;
    const probe = svm(dataset, seed)?.chosen.crossValidatedAccuracy;
    const family = families[strategy];
    if (probe === undefined || family === undefined) continue;
    const { domain, classes } = datasets[dataset];
    const common = {
      dataset,
      domain,
      model: 'mobilenet-v2',
      seed,
      isStudy: true,
      features: {
        probe: logOdds(smoothedShare(probe, trainImageCount)),
        picturesPerClass: Math.log2(trainImageCount / classes),
        lateGap: gaps.get(dataset) ?? null,
        gainPerDoubling: null,
        batchNormShift: null,
        nearestNeighbours: null,
        hScore: null,
        logMe: null,
      },
      probeAccuracy: probe,
      probeError: Math.sqrt((probe * (1 - probe)) / trainImageCount),
      pictures: trainImageCount,
      testPictures: imageCount,
    };
    observations.push({ ...common, family, accuracy });
    if (family === 'partial-fine-tuning' && baseline) {
      observations.push({ ...common, family: 'feature-extraction-svm:softmax', accuracy: baseline.accuracy });
    }
  }
  return observations;
}

/** Accuracy at the best depth less that at the last. */
function lateGaps(results) {
  return new Map(
    results
      .filter(({ kind }) => kind === 'depth')
      .map(({ dataset, cuts }) => {
        const accuracies = cuts.map(({ accuracy }) => accuracy);
        return [dataset, Math.max(...accuracies) - accuracies.at(-1)];
      }),
  );
}
