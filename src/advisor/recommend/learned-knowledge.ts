import type { Knowledge } from './knowledge.js';

/** What the advisor knows of strategies before it has seen anyone's pictures. Written by `bench/advisor/fit-knowledge.mjs`. */
export const learnedKnowledge: Knowledge = {
  source:
    "Accuracy: 591 runs on 12 data sets in 5 domains of the advisor's study (bench/advisor), three starter networks at 96 × 96 pixels; its trainings showed a fifth of the pictures that they show by default. Seconds: constants from bench/README.md on two cores, factors fitted to the runs. Thresholds of the scenarios and the least spread of networks: set by hand.",
  accuracy: {
    'feature-extraction-svm': {
      runs: 161,
      datasets: 12,
      domains: 5,
      meanGain: -0.01754,
      gain: -0.06416,
      coefficients: {
        picturesPerClass: {
          mean: 4.613,
          scale: 2.095,
          coefficient: 0.07286,
        },
      },
      networks: {
        df500736f4d25fc9b90a80c2e3e42162b3641ef5662ff8050c3347ce0296da80: 0.08963,
        '54f2fdcffc8da16f45e6f55ff16c1e455ac2a36b45a01ee730c1abf064d4cfbe': -0.08752,
        '8f63e15a89e5043c624a60f19266d9ae8da7c83ddffc1ec7199845a691280783': 0.03809,
      },
      spread: 0.1127,
      spreadOfUnknown: 0.1835,
      low: -1.314,
      high: 1.173,
    },
    'feature-extraction-svm:softmax': {
      runs: 214,
      datasets: 12,
      domains: 5,
      meanGain: -0.02254,
      gain: -0.0882,
      coefficients: {
        picturesPerClass: {
          mean: 4.613,
          scale: 2.095,
          coefficient: 0.0898,
        },
      },
      networks: {
        df500736f4d25fc9b90a80c2e3e42162b3641ef5662ff8050c3347ce0296da80: 0.07029,
        '54f2fdcffc8da16f45e6f55ff16c1e455ac2a36b45a01ee730c1abf064d4cfbe': -0.09717,
        '8f63e15a89e5043c624a60f19266d9ae8da7c83ddffc1ec7199845a691280783': 0.02377,
      },
      spread: 0.08746,
      spreadOfUnknown: 0.1722,
      low: -1.325,
      high: 1.133,
    },
    'full-retraining': {
      runs: 108,
      datasets: 12,
      domains: 5,
      meanGain: -0.01612,
      gain: -0.08161,
      coefficients: {
        picturesPerClass: {
          mean: 4.613,
          scale: 2.095,
          coefficient: 0.1158,
        },
        batchNormShift: {
          mean: 0.4349,
          scale: 0.09971,
          coefficient: -0.1712,
        },
      },
      networks: {
        df500736f4d25fc9b90a80c2e3e42162b3641ef5662ff8050c3347ce0296da80: -0.1693,
        '54f2fdcffc8da16f45e6f55ff16c1e455ac2a36b45a01ee730c1abf064d4cfbe': 0.01813,
        '8f63e15a89e5043c624a60f19266d9ae8da7c83ddffc1ec7199845a691280783': 0.1512,
      },
      spread: 0.366,
      spreadOfUnknown: 0.4365,
      low: -1.109,
      high: 1.406,
    },
    'partial-fine-tuning': {
      runs: 108,
      datasets: 12,
      domains: 5,
      meanGain: 0.007401,
      gain: 0.06446,
      coefficients: {
        picturesPerClass: {
          mean: 4.613,
          scale: 2.095,
          coefficient: 0.08012,
        },
      },
      networks: {
        df500736f4d25fc9b90a80c2e3e42162b3641ef5662ff8050c3347ce0296da80: 0.1063,
        '54f2fdcffc8da16f45e6f55ff16c1e455ac2a36b45a01ee730c1abf064d4cfbe': -0.05707,
        '8f63e15a89e5043c624a60f19266d9ae8da7c83ddffc1ec7199845a691280783': -0.04928,
      },
      spread: 0.2839,
      spreadOfUnknown: 0.3339,
      low: -1.38,
      high: 1.493,
    },
  },
  networks: {
    spread: 0.35,
    studied: {
      df500736f4d25fc9b90a80c2e3e42162b3641ef5662ff8050c3347ce0296da80: {
        name: 'mobilenet-v2',
        probes: {
          'photographs-5': [0.3933, 50],
          'photographs-20': [0.4817, 200],
          'photographs-100': [0.664, 1000],
          'clip-art-5': [0.3444, 60],
          'clip-art-25': [0.3982, 294],
          'emoji-10': [0.5714, 70],
          'emoji-60': [0.7051, 419],
          'fashion-mnist-5': [0.7067, 50],
          'fashion-mnist-50': [0.8113, 500],
          'fashion-mnist-500': [0.8636, 5000],
          'digits-5': [0.76, 50],
          'digits-100': [0.9547, 1000],
        },
      },
      '54f2fdcffc8da16f45e6f55ff16c1e455ac2a36b45a01ee730c1abf064d4cfbe': {
        name: 'inception-v3',
        probes: {
          'photographs-5': [0.4933, 50],
          'photographs-20': [0.58, 200],
          'photographs-100': [0.7057, 1000],
          'clip-art-5': [0.3167, 60],
          'clip-art-25': [0.4267, 294],
          'emoji-10': [0.581, 70],
          'emoji-60': [0.702, 419],
          'fashion-mnist-5': [0.72, 50],
          'fashion-mnist-50': [0.83, 500],
          'fashion-mnist-500': [0.8863, 5000],
          'digits-5': [0.8533, 50],
          'digits-100': [0.9667, 1000],
        },
      },
      '8f63e15a89e5043c624a60f19266d9ae8da7c83ddffc1ec7199845a691280783': {
        name: 'efficientnet-lite0',
        probes: {
          'photographs-5': [0.58, 50],
          'photographs-20': [0.6667, 200],
          'photographs-100': [0.787, 1000],
          'clip-art-5': [0.4111, 60],
          'clip-art-25': [0.4892, 294],
          'emoji-10': [0.6524, 70],
          'emoji-60': [0.7544, 419],
          'fashion-mnist-5': [0.7533, 50],
          'fashion-mnist-50': [0.846, 500],
          'fashion-mnist-500': [0.8901, 5000],
          'digits-5': [0.84, 50],
          'digits-100': [0.9573, 1000],
        },
      },
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
        runs: 103,
        factor: 1.371,
        low: 0.74,
        high: 2.491,
      },
      'full-retraining': {
        runs: 104,
        factor: 1.152,
        low: 0.7662,
        high: 1.578,
      },
    },
  },
};
