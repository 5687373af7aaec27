import { describe, expect, it } from 'vitest';
import {
  fitLinearClassifier,
  LinearClassifierFit,
  type LinearClassifierOptions,
} from '../../src/learning/linear/fit-linear-classifier.js';
import { planLinearMemory, workspaceBytesLimit } from '../../src/learning/linear/memory-estimate.js';
import { makeBlobs } from './blobs.js';

const options: LinearClassifierOptions = {
  classifier: 'svm',
  C: undefined,
  folds: 5,
  maxIterations: 100,
  seed: 1,
  threads: 1,
};

const size = { rows: 20_000, featureDim: 64, numClasses: 10_000, classifier: 'svm', foldCount: 5 } as const;

describe('the memory of a linear fit', () => {
  it('does not grow with the classes of an SVM beyond its solutions: they are solved in blocks', () => {
    const { neededBytes, workspaceBytes } = planLinearMemory(size, Infinity);
    expect(workspaceBytes).toBe(workspaceBytesLimit);
    // All columns at once would take 12 GB.
    expect(neededBytes).toBeLessThan(800e6);
  });

  it('is planned smaller where there is less, by solving fewer classes at a time', () => {
    const { neededBytes, workspaceBytes } = planLinearMemory(size, 300e6);
    expect(neededBytes).toBeLessThanOrEqual(300e6);
    expect(workspaceBytes).toBeGreaterThan(50e6);
    expect(workspaceBytes).toBeLessThan(workspaceBytesLimit);
  });

  it('holds all classes of a softmax, which are one problem', () => {
    const softmax = { ...size, classifier: 'softmax' } as const;
    expect(planLinearMemory(softmax, Infinity).neededBytes).toBeGreaterThan(2e9);
    expect(() => planLinearMemory(softmax, 2e9)).toThrow(/2\.\d+ GiB .*; 1\.86 GiB may be taken.*svm/);
  });

  it('is stated before it starts', async () => {
    const lines: string[] = [];
    const input = makeBlobs({ rows: 50, featureDim: 8, numClasses: 2 });
    await fitLinearClassifier(input, { ...options, C: 1, log: (line) => lines.push(line) });
    expect(lines[0]).toMatch(/^Solving 2 classes on 50 × 8 features; this takes up to \d+ MiB of memory\.$/);
  });

  it('that will not suffice is refused before anything is said or done', async () => {
    const input = makeBlobs({ rows: 200, featureDim: 50, numClasses: 10 });
    const lines: string[] = [];
    const fit = LinearClassifierFit.prepare(input, {
      ...options,
      memoryBytes: 100_000,
      log: (line) => lines.push(line),
    });
    await expect(fit).rejects.toMatchObject({
      code: 'TRAINING_MEMORY_INSUFFICIENT',
      details: { availableBytes: 100_000 },
    });
    expect(lines).toEqual([]);
  });

  it.each([
    ['svm', { rows: 2500, featureDim: 16, numClasses: 1200 }],
    ['softmax', { rows: 1000, featureDim: 16, numClasses: 800 }],
    ['svm', { rows: 700, featureDim: 1500, numClasses: 4 }],
  ] as const)('is not underestimated: a %s of %j', async (classifier, shape) => {
    const input = makeBlobs({ ...shape, spread: 0.3 });
    const { neededBytes } = planLinearMemory({ ...shape, classifier, foldCount: 0 }, Infinity);
    const before = process.memoryUsage.rss();
    let peak = before;
    const look = () => (peak = Math.max(peak, process.memoryUsage.rss()));
    const timer = setInterval(look, 5);
    try {
      await fitLinearClassifier(input, { ...options, classifier, C: 1 });
      look();
    } finally {
      clearInterval(timer);
    }
    expect(peak - before).toBeLessThanOrEqual(neededBytes);
  });
});
