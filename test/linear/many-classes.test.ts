import { describe, expect, it } from 'vitest';
import {
  fitLinearClassifier,
  LinearClassifierFit,
  type LinearClassifierOptions,
} from '../../src/learning/linear/fit-linear-classifier.js';
import { planLinearMemory, workspaceBytesPerColumn } from '../../src/learning/linear/memory-estimate.js';
import { fractionRight, makeBlobs, predict } from './blobs.js';

const options: LinearClassifierOptions = {
  classifier: 'svm',
  C: 1,
  folds: 2,
  maxIterations: 100,
  seed: 1,
  threads: 1,
};

describe('an SVM of thousands of classes', () => {
  const shape = { rows: 4200, featureDim: 16, numClasses: 2100 };
  const input = makeBlobs({ ...shape, spread: 0.25 });

  it('is solved in blocks of classes, within the memory it was given', async () => {
    const { neededBytes, workspaceBytes } = planLinearMemory(
      { ...shape, classifier: 'svm', foldCount: options.folds },
      Infinity,
    );
    // Room for a tenth of the columns.
    const perColumn = workspaceBytesPerColumn(shape.rows, shape.featureDim + 1);
    const memoryBytes = neededBytes - workspaceBytes + Math.ceil(perColumn * 0.1 * shape.numClasses);
    const lines: string[] = [];
    const problem = await LinearClassifierFit.prepare(input, {
      ...options,
      memoryBytes,
      log: (line) => lines.push(line),
    });
    try {
      const fitted = await problem.fit();
      expect(fitted.weights).toHaveLength(shape.featureDim * shape.numClasses);
      expect(fitted.relativeGap).toBeLessThanOrEqual(1e-6);
      const few = input.features.subarray(0, 100 * shape.featureDim);
      expect(fractionRight(predict(fitted, few), input.labels)).toBeGreaterThan(0.95);
    } finally {
      await problem.release();
    }
    const stated = Number(/up to (\d+) MiB/.exec(lines[0] ?? '')?.[1]);
    expect(stated).toBeLessThanOrEqual(Math.ceil(memoryBytes / 2 ** 20));
  });
});

describe('a problem of two classes', () => {
  it.each(['svm', 'softmax'] as const)('is solved by a %s like any other', async (classifier) => {
    const input = makeBlobs({ rows: 300, featureDim: 20, numClasses: 2, spread: 1.5 });
    const fitted = await fitLinearClassifier(input, { ...options, classifier, C: undefined });
    expect(fitted.bias).toHaveLength(2);
    expect(fitted.relativeGap).toBeLessThanOrEqual(1e-6);
    expect(fractionRight(predict(fitted, input.features), input.labels)).toBeGreaterThan(0.95);
    // Either class says what the other does not.
    expect(fitted.bias[0]).toBeCloseTo(-(fitted.bias[1] as number), 2);
  });
});
