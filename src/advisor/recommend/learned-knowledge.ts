import type { Knowledge } from './knowledge.js';

/** What the advisor knows of strategies before it has seen anyone's pictures. Written by `bench/advisor/fit-knowledge.mjs`. */
export const learnedKnowledge: Knowledge = {
  source:
    'Accuracy: 53 runs on 6 data sets in 3 domains of the study of the strategies (bench/study/results.jsonl), MobileNetV2 only, with the probe and, for some, its late gap and gain per doubling; its trainings showed half as many pictures as they do by default, and the set that is tested in another style than it teaches is left out. Seconds: constants from bench/README.md on two cores, factors assumed, not fitted. Thresholds of the scenarios: set by hand.',
  accuracy: {
    'feature-extraction-svm': {
      runs: 14,
      datasets: 6,
      domains: 3,
      meanGain: -0.0007086,
      gain: -0.03869,
      coefficients: {
        probe: {
          mean: 1.355,
          scale: 0.6926,
          coefficient: -0.01915,
        },
        picturesPerClass: {
          mean: 7.2,
          scale: 2.883,
          coefficient: -0.009682,
        },
        lateGap: {
          mean: 0.1456,
          scale: 0.08509,
          coefficient: 0.0129,
        },
        gainPerDoubling: {
          mean: 0.03439,
          scale: 0.02632,
          coefficient: 0.01221,
        },
      },
      spread: 0.1869,
      low: -1.525,
      high: 2.421,
    },
    'feature-extraction-svm:softmax': {
      runs: 13,
      datasets: 5,
      domains: 3,
      meanGain: -0.001604,
      gain: -0.02922,
      coefficients: {},
      spread: 0.167,
      low: -1.525,
      high: 2.421,
    },
    'full-retraining': {
      runs: 13,
      datasets: 5,
      domains: 3,
      meanGain: 0.04821,
      gain: 0.2385,
      coefficients: {
        probe: {
          mean: 1.164,
          scale: 0.5972,
          coefficient: -0.09153,
        },
        picturesPerClass: {
          mean: 6.135,
          scale: 1.779,
          coefficient: 0.04112,
        },
        lateGap: {
          mean: 0.1456,
          scale: 0.08509,
          coefficient: 0.1153,
        },
        gainPerDoubling: {
          mean: 0.04062,
          scale: 0.02592,
          coefficient: 0.1265,
        },
      },
      spread: 0.5222,
      low: -1.271,
      high: 2.421,
    },
    'partial-fine-tuning': {
      runs: 13,
      datasets: 5,
      domains: 3,
      meanGain: 0.06059,
      gain: 0.3483,
      coefficients: {},
      spread: 0.5709,
      low: -1.525,
      high: 2.03,
    },
  },
  scenario: {
    picturesPerClass: 50,
    gainPerDoubling: 0.03,
    lateGap: 0.1,
    batchNormShift: null,
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
