import type { Knowledge } from './knowledge.js';

/** What the advisor knows of strategies before it has seen anyone's pictures. Written by `bench/advisor/fit-knowledge.mjs`. */
export const learnedKnowledge: Knowledge = {
  source:
    "Accuracy: 198 runs on 12 data sets in 5 domains of the advisor's study (bench/advisor), three starter networks at 96 × 96 pixels; its trainings showed a fifth of the pictures that they show by default. Seconds: constants from bench/README.md on two cores, factors fitted to the runs. Thresholds of the scenarios: set by hand.",
  accuracy: {
    'feature-extraction-svm': {
      runs: 57,
      datasets: 12,
      domains: 5,
      meanGain: -0.02723,
      gain: -0.1222,
      coefficients: {
        picturesPerClass: {
          mean: 4.613,
          scale: 2.095,
          coefficient: 0.1095,
        },
        batchNormShift: {
          mean: 0.433,
          scale: 0.09723,
          coefficient: 0.02797,
        },
      },
      spread: 0.05,
      low: -1.49,
      high: 1.53,
    },
    'feature-extraction-svm:softmax': {
      runs: 71,
      datasets: 12,
      domains: 5,
      meanGain: -0.02828,
      gain: -0.1333,
      coefficients: {
        picturesPerClass: {
          mean: 4.613,
          scale: 2.095,
          coefficient: 0.104,
        },
        batchNormShift: {
          mean: 0.4346,
          scale: 0.09947,
          coefficient: 0.01676,
        },
      },
      spread: 0.05,
      low: -1.24,
      high: 1.63,
    },
    'full-retraining': {
      runs: 35,
      datasets: 12,
      domains: 5,
      meanGain: -0.02118,
      gain: -0.1259,
      coefficients: {
        picturesPerClass: {
          mean: 4.613,
          scale: 2.095,
          coefficient: 0.1511,
        },
        batchNormShift: {
          mean: 0.4365,
          scale: 0.09911,
          coefficient: -0.2239,
        },
      },
      spread: 0.2618,
      low: -1.75,
      high: 1.405,
    },
    'partial-fine-tuning': {
      runs: 35,
      datasets: 12,
      domains: 5,
      meanGain: 0.006426,
      gain: 0.04742,
      coefficients: {
        picturesPerClass: {
          mean: 4.613,
          scale: 2.095,
          coefficient: 0.1391,
        },
        batchNormShift: {
          mean: 0.4365,
          scale: 0.09911,
          coefficient: -0.08889,
        },
      },
      spread: 0.2048,
      low: -1.471,
      high: 1.968,
    },
  },
  scenario: {
    picturesPerClass: 50,
    gainPerDoubling: 0.03,
    lateGap: 0.1,
    batchNormShift: 0.37,
  },
  cost: {
    threads: 2,
    startSeconds: {
      linear: 2.2,
      training: 10,
    },
    solveSeconds: {
      svm: 7e-8,
      softmax: 7e-8,
    },
    stepCost: {
      tail: {
        frozen: 1.8,
        training: 3.2,
      },
      whole: {
        frozen: 3,
        training: 5,
      },
    },
    processBytes: 209715200,
    seconds: {
      'feature-extraction-svm': {
        runs: 0,
        factor: 1,
        low: 0.5,
        high: 2,
      },
      'feature-extraction-svm:softmax': {
        runs: 0,
        factor: 1,
        low: 0.5,
        high: 2,
      },
      'partial-fine-tuning': {
        runs: 30,
        factor: 1.157,
        low: 0.258,
        high: 2.493,
      },
      'full-retraining': {
        runs: 31,
        factor: 1.105,
        low: 0.3303,
        high: 1.605,
      },
    },
  },
};
