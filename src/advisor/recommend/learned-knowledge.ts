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
      gain: -0.06214,
      coefficients: {
        picturesPerClass: {
          mean: 4.613,
          scale: 2.095,
          coefficient: 0.07415,
        },
      },
      networks: {
        df500736f4d25fc9b90a80c2e3e42162b3641ef5662ff8050c3347ce0296da80: 0.07905,
        '54f2fdcffc8da16f45e6f55ff16c1e455ac2a36b45a01ee730c1abf064d4cfbe': -0.08608,
        '8f63e15a89e5043c624a60f19266d9ae8da7c83ddffc1ec7199845a691280783': 0.04483,
      },
      spread: 0.155,
      spreadOfUnknown: 0.2054,
      low: -1.256,
      high: 1.149,
    },
    'feature-extraction-svm:softmax': {
      runs: 214,
      datasets: 12,
      domains: 5,
      meanGain: -0.02254,
      gain: -0.08642,
      coefficients: {
        picturesPerClass: {
          mean: 4.613,
          scale: 2.095,
          coefficient: 0.08955,
        },
      },
      networks: {
        df500736f4d25fc9b90a80c2e3e42162b3641ef5662ff8050c3347ce0296da80: 0.06004,
        '54f2fdcffc8da16f45e6f55ff16c1e455ac2a36b45a01ee730c1abf064d4cfbe': -0.09504,
        '8f63e15a89e5043c624a60f19266d9ae8da7c83ddffc1ec7199845a691280783': 0.0316,
      },
      spread: 0.1344,
      spreadOfUnknown: 0.196,
      low: -1.262,
      high: 1.202,
    },
    'full-retraining': {
      runs: 108,
      datasets: 12,
      domains: 5,
      meanGain: -0.01612,
      gain: -0.07996,
      coefficients: {
        picturesPerClass: {
          mean: 4.613,
          scale: 2.095,
          coefficient: 0.1155,
        },
        batchNormShift: {
          mean: 0.4349,
          scale: 0.09971,
          coefficient: -0.1701,
        },
      },
      networks: {
        df500736f4d25fc9b90a80c2e3e42162b3641ef5662ff8050c3347ce0296da80: -0.1794,
        '54f2fdcffc8da16f45e6f55ff16c1e455ac2a36b45a01ee730c1abf064d4cfbe': 0.02061,
        '8f63e15a89e5043c624a60f19266d9ae8da7c83ddffc1ec7199845a691280783': 0.1588,
      },
      spread: 0.3732,
      spreadOfUnknown: 0.4454,
      low: -1.11,
      high: 1.441,
    },
    'partial-fine-tuning': {
      runs: 108,
      datasets: 12,
      domains: 5,
      meanGain: 0.007401,
      gain: 0.06611,
      coefficients: {
        picturesPerClass: {
          mean: 4.613,
          scale: 2.095,
          coefficient: 0.0799,
        },
      },
      networks: {
        df500736f4d25fc9b90a80c2e3e42162b3641ef5662ff8050c3347ce0296da80: 0.09622,
        '54f2fdcffc8da16f45e6f55ff16c1e455ac2a36b45a01ee730c1abf064d4cfbe': -0.0549,
        '8f63e15a89e5043c624a60f19266d9ae8da7c83ddffc1ec7199845a691280783': -0.04133,
      },
      spread: 0.2924,
      spreadOfUnknown: 0.3465,
      low: -1.354,
      high: 1.455,
    },
  },
  networks: {
    spread: 0.2,
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
