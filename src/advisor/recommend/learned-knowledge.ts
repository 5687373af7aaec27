import type { Knowledge } from './knowledge.js';

/** What the advisor knows of strategies before it has seen anyone's pictures. Written by `bench/advisor/fit-knowledge.mjs`. */
export const learnedKnowledge: Knowledge = {
  source:
    'Accuracy: 61 runs on 6 data sets in 3 domains of the study of the strategies (bench/study/results.jsonl), MobileNetV2 only, with the probe and, for some, its late gap and gain per doubling; its trainings showed half as many pictures as they do by default, and the set that is tested in another style than it teaches is left out. Seconds: constants from bench/README.md on two cores, factors assumed, not fitted. Thresholds of the scenarios: set by hand.',
  accuracy: {
    'feature-extraction-svm': {
      runs: 16,
      datasets: 6,
      domains: 3,
      meanGain: -0.0003821,
      gain: -0.03675,
      coefficients: {
        probe: {
          mean: 1.353,
          scale: 0.6928,
          coefficient: -0.02041,
        },
        picturesPerClass: {
          mean: 7.2,
          scale: 2.883,
          coefficient: -0.01006,
        },
        lateGap: {
          mean: 0.1456,
          scale: 0.08509,
          coefficient: 0.01421,
        },
      },
      spread: 0.194,
      low: -1.408,
      high: 2.421,
    },
    'feature-extraction-svm:softmax': {
      runs: 15,
      datasets: 5,
      domains: 3,
      meanGain: -0.001212,
      gain: -0.0269,
      coefficients: {},
      spread: 0.1686,
      low: -1.525,
      high: 2.421,
    },
    'full-retraining': {
      runs: 15,
      datasets: 5,
      domains: 3,
      meanGain: 0.04716,
      gain: 0.2288,
      coefficients: {
        probe: {
          mean: 1.161,
          scale: 0.5967,
          coefficient: -0.1258,
        },
        picturesPerClass: {
          mean: 6.135,
          scale: 1.779,
          coefficient: 0.05513,
        },
        lateGap: {
          mean: 0.1456,
          scale: 0.08509,
          coefficient: 0.1619,
        },
      },
      spread: 0.4992,
      low: -1.254,
      high: 2.421,
    },
    'partial-fine-tuning': {
      runs: 15,
      datasets: 5,
      domains: 3,
      meanGain: 0.06187,
      gain: 0.3598,
      coefficients: {},
      spread: 0.5936,
      low: -1.525,
      high: 1.984,
    },
  },
  scenario: {
    picturesPerClass: 50,
    gainPerDoubling: 0.03,
    lateGap: 0.1,
    batchNormShift: 0.42,
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
        runs: 0,
        factor: 1,
        low: 0.5,
        high: 2,
      },
      'full-retraining': {
        runs: 0,
        factor: 1,
        low: 0.5,
        high: 2,
      },
    },
  },
};
