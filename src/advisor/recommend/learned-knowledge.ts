import type { Knowledge } from './knowledge.js';

/** What the advisor knows of strategies before it has seen anyone's pictures. Written by `bench/advisor/fit-knowledge.mjs`. */
export const learnedKnowledge: Knowledge = {
  source:
    "Accuracy: 541 runs on 12 data sets in 5 domains of the advisor's study (bench/advisor), three starter networks at 96 × 96 pixels; its trainings showed a fifth of the pictures that they show by default. Seconds: constants from bench/README.md on two cores, factors fitted to the runs. Thresholds of the scenarios: set by hand.",
  accuracy: {
    'feature-extraction-svm': {
      runs: 149,
      datasets: 12,
      domains: 5,
      meanGain: -0.01523,
      gain: -0.05752,
      coefficients: {
        picturesPerClass: {
          mean: 4.613,
          scale: 2.095,
          coefficient: 0.02653,
        },
        batchNormShift: {
          mean: 0.4335,
          scale: 0.09848,
          coefficient: 0.006659,
        },
      },
      spread: 0.1286,
      spreadOfUnknown: 0.1286,
      low: -1.485,
      high: 1.55,
    },
    'feature-extraction-svm:softmax': {
      runs: 202,
      datasets: 12,
      domains: 5,
      meanGain: -0.02033,
      gain: -0.08259,
      coefficients: {
        picturesPerClass: {
          mean: 4.613,
          scale: 2.095,
          coefficient: 0.06076,
        },
        batchNormShift: {
          mean: 0.4368,
          scale: 0.1009,
          coefficient: 0.01488,
        },
      },
      spread: 0.1111,
      spreadOfUnknown: 0.1111,
      low: -1.29,
      high: 1.639,
    },
    'full-retraining': {
      runs: 95,
      datasets: 12,
      domains: 5,
      meanGain: -0.01605,
      gain: -0.0892,
      coefficients: {
        picturesPerClass: {
          mean: 4.613,
          scale: 2.095,
          coefficient: 0.1142,
        },
        batchNormShift: {
          mean: 0.4392,
          scale: 0.1018,
          coefficient: -0.1841,
        },
      },
      spread: 0.3731,
      spreadOfUnknown: 0.3731,
      low: -1.24,
      high: 1.526,
    },
    'partial-fine-tuning': {
      runs: 95,
      datasets: 12,
      domains: 5,
      meanGain: 0.0108,
      gain: 0.07199,
      coefficients: {
        picturesPerClass: {
          mean: 4.613,
          scale: 2.095,
          coefficient: 0.01542,
        },
        batchNormShift: {
          mean: 0.4392,
          scale: 0.1018,
          coefficient: -0.01067,
        },
      },
      spread: 0.3016,
      spreadOfUnknown: 0.3016,
      low: -1.307,
      high: 1.733,
    },
  },
  networks: { spread: 0.3162, studied: {} },
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
    updateSeconds: 3e-8,
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
        runs: 90,
        factor: 0.6546,
        low: 0.1101,
        high: 1.66,
      },
      'full-retraining': {
        runs: 91,
        factor: 0.498,
        low: 0.1001,
        high: 1.353,
      },
    },
  },
};
