import type { DataSummary } from '../../src/plugins/contract.js';
import type { CutPoint, ModelManifest } from '../../src/learning/model-manifest.js';

/** A small convolutional network's manifest, as the strict loader would derive it. */
export function makeManifest(changes: Partial<ModelManifest> = {}): ModelManifest {
  const cut = (layer: string, shape: number[], parametersBefore: number): CutPoint => ({
    layer,
    outputShape: [null, ...shape],
    parametersBefore,
    blockBoundary: true,
  });
  return {
    format: 'tfjs-layers',
    topology: 'Functional',
    input: {
      height: 32,
      width: 32,
      channels: 3,
      range: [0, 1],
      mean: [0, 0, 0],
      std: [1, 1, 1],
      resize: 'stretch',
      interpolation: 'bilinear',
    },
    inputSizes: { kind: 'any', minimumHeight: 8, minimumWidth: 8 },
    labels: ['cat', 'dog'],
    outputShape: [null, 2],
    layers: [
      { name: 'block1_conv', className: 'Conv2D', outputShape: [null, 16, 16, 8], parameterCount: 224 },
      { name: 'block1_skip', className: 'Conv2D', outputShape: [null, 16, 16, 8], parameterCount: 0 },
      { name: 'block1_add', className: 'Add', outputShape: [null, 16, 16, 8], parameterCount: 0 },
      { name: 'block2_pad', className: 'ZeroPadding2D', outputShape: [null, 17, 17, 8], parameterCount: 0 },
      { name: 'block2_out', className: 'Conv2D', outputShape: [null, 8, 8, 16], parameterCount: 1168 },
      { name: 'pool', className: 'GlobalAveragePooling2D', outputShape: [null, 16], parameterCount: 0 },
      { name: 'head', className: 'Dense', outputShape: [null, 2], parameterCount: 34 },
    ],
    cutPoints: [
      cut('block1_add', [16, 16, 8], 224),
      cut('block2_pad', [17, 17, 8], 224),
      cut('block2_out', [8, 8, 16], 1392),
      cut('pool', [16], 1392),
      cut('head', [2], 1426),
    ],
    parameterCount: 1426,
    ...changes,
  };
}

/** A data set with so many training pictures in each class. */
export function makeData(perClass: number[], testCount = 10, validationCount = 0): DataSummary {
  const total = perClass.reduce((sum, count) => sum + count, 0);
  return {
    task: 'image-classification',
    classes: perClass.map((_, label) => `class ${label}`),
    splits: {
      train: { imageCount: total, perClass },
      validation: {
        imageCount: validationCount,
        perClass: perClass.map(() => validationCount / perClass.length),
      },
      test: { imageCount: testCount, perClass: perClass.map(() => testCount / perClass.length) },
    },
  };
}
