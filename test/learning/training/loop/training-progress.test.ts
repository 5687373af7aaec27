import { describe, expect, it } from 'vitest';
import { thinReports } from '../../../../src/learning/training/loop/watch/report-thinning.js';
import { trainClassifier } from '../../../../src/learning/training/loop/train-classifier.js';
import { pointClouds } from './point-clouds.js';
import { recipe } from './recipes.js';
import { SoftmaxRegression } from './softmax-regression.js';

async function report(epochs: number, sizes: number[], batchSize: number) {
  const points = new Map<string, { step: number; value: number }[]>();
  const progress: [string, number, number][] = [];
  await trainClassifier({
    step: new SoftmaxRegression({ featureDim: 6, numClasses: 3, batchSize }),
    train: pointClouds({ sizes }),
    validation: pointClouds({ sizes: [5, 5, 5], seed: 2 }),
    numClasses: 3,
    recipe: recipe({ epochs, batchSize }),
    seed: 1,
    on: {
      metric: (name, value, step) => points.set(name, [...(points.get(name) ?? []), { step, value }]),
      progress: (...call) => progress.push(call),
    },
  });
  return { points, progress };
}

describe('progress', () => {
  it('is there from the first batch on, and counts pictures without padding', async () => {
    const { points, progress } = await report(2, [10, 10, 5], 8);
    expect(progress.map(([, done, total]) => [done, total])).toEqual(
      [8, 16, 24, 25, 33, 41, 49, 50].map((done) => [done, 50]),
    );
    expect(progress[0]?.[0]).toBe('training');
    expect([...points.keys()].sort()).toEqual([
      'train/accuracy',
      'train/gradientNorm',
      'train/imagesPerSecond',
      'train/learningRate',
      'train/loss',
      'train/secondsLeft',
      'validation/accuracy',
      'validation/calibratedLoss',
      'validation/loss',
    ]);
    expect(points.get('train/loss')?.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(points.get('validation/loss')?.map(({ step }) => step)).toEqual([4, 8]);
    expect(points.get('train/loss')?.[0]?.value).toBeCloseTo(Math.log(3), 5);
    expect(points.get('train/imagesPerSecond')?.every(({ value }) => value > 0)).toBe(true);
    expect(points.get('train/secondsLeft')?.at(-1)?.value).toBe(0);
  });

  it('has curves of about a thousand points, however long the training is', async () => {
    const { points, progress } = await report(300, [10, 10, 10], 2);
    expect(progress).toHaveLength(4500);
    const steps = points.get('train/loss')?.map(({ step }) => step) ?? [];
    expect(steps.length).toBeGreaterThan(800);
    expect(steps.length).toBeLessThanOrEqual(1011);
    expect(steps.slice(0, 3)).toEqual([1, 2, 3]);
    expect(steps.at(-1)).toBe(4500);
    const all = [...points.values()].reduce((sum, curve) => sum + curve.length, 0);
    expect(all).toBeLessThan(10_000);
  });

  it.each([1, 10, 999, 1000, 1001, 123_457])(
    'of %i reports keeps a bounded number, and the last',
    (total) => {
      const isReported = thinReports(total, 1000);
      let kept = 0;
      for (let step = 1; step <= total; step++) kept += isReported(step) ? 1 : 0;
      expect(kept).toBeLessThanOrEqual(Math.min(total, 1011));
      expect(kept).toBeGreaterThanOrEqual(Math.min(total, 500));
      expect(isReported(total)).toBe(true);
    },
  );
});
