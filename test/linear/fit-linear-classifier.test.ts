import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  fitLinearClassifier,
  type LinearClassifierOptions,
} from '../../src/learning/linear/fit-linear-classifier.js';
import { fractionRight, makeBlobs, predict } from './blobs.js';

interface Fixture {
  cases: {
    name: string;
    numClasses: number;
    featureDim: number;
    labels: number[];
    features: number[];
    results: {
      C: number;
      hinge: { liblinear: number; minimum: number; predicted: number[] };
      logistic: { minimum: number; predicted: number[] } | null;
    }[];
  }[];
}

const fixture = JSON.parse(
  readFileSync(new URL('fixtures/scikit-learn.json', import.meta.url), 'utf8'),
) as Fixture;

const options: LinearClassifierOptions = {
  classifier: 'svm',
  C: undefined,
  folds: 5,
  maxIterations: 100,
  seed: 1,
  threads: 2,
};

describe.each(fixture.cases)(
  'on the problem with $name',
  ({ labels, features, featureDim, numClasses, results }) => {
    const input = {
      features: Float32Array.from(features),
      labels: Int32Array.from(labels),
      featureDim,
      numClasses,
    };

    it.each(results)(
      'an SVM with C = $C is no worse than LIBLINEAR’s and reaches the minimum',
      async ({ C, hinge }) => {
        const fitted = await fitLinearClassifier(input, { ...options, C });
        expect(fitted.objective).toBeLessThanOrEqual(hinge.liblinear * (1 + 1e-6));
        expect(fitted.objective / hinge.minimum).toBeCloseTo(1, 5);
        expect(fitted.relativeGap).toBeLessThanOrEqual(1e-6);
        expect(predict(fitted, input.features)).toEqual(hinge.predicted);
      },
    );

    it.each(results.filter(({ logistic }) => logistic !== null))(
      'a softmax with C = $C reaches scikit-learn’s minimum',
      async ({ C, logistic }) => {
        const fitted = await fitLinearClassifier(input, { ...options, C, classifier: 'softmax' });
        expect(fitted.objective / (logistic?.minimum ?? NaN)).toBeCloseTo(1, 5);
        expect(predict(fitted, input.features)).toEqual(logistic?.predicted);
      },
    );
  },
);

describe.each(['svm', 'softmax'] as const)('a linear %s', (classifier) => {
  it('learns: cross-validated C, high accuracy on rows it never saw', async () => {
    const all = makeBlobs({ rows: 900, featureDim: 30, numClasses: 6, spread: 1.5 });
    const split = 600;
    const train = {
      ...all,
      features: all.features.slice(0, split * 30),
      labels: all.labels.slice(0, split),
    };
    const tried: number[] = [];
    const fitted = await fitLinearClassifier(train, {
      ...options,
      classifier,
      onCandidate: ({ C }) => tried.push(C),
    });
    expect(tried.length).toBeGreaterThan(1);
    expect(tried).toContain(fitted.C);
    const right = fractionRight(predict(fitted, all.features.slice(split * 30)), all.labels.slice(split));
    expect(right).toBeGreaterThan(0.85);
  });

  it('gives the same bytes for the same seed', async () => {
    const input = makeBlobs({ rows: 120, featureDim: 20, numClasses: 3, spread: 2 });
    const first = await fitLinearClassifier(input, { ...options, classifier });
    const second = await fitLinearClassifier(input, { ...options, classifier });
    expect(Buffer.from(second.weights.buffer).equals(Buffer.from(first.weights.buffer))).toBe(true);
    expect(Buffer.from(second.bias.buffer).equals(Buffer.from(first.bias.buffer))).toBe(true);
  });

  it('works with one picture in every class, where nothing can be held out', async () => {
    const input = makeBlobs({ rows: 5, featureDim: 40, numClasses: 5 });
    const fitted = await fitLinearClassifier(input, { ...options, classifier });
    expect(fractionRight(predict(fitted, input.features), input.labels)).toBe(1);
  });

  it('works with one picture in one class beside fuller ones', async () => {
    const input = makeBlobs({ rows: 60, featureDim: 10, numClasses: 3 });
    const labels = input.labels.map((label, row) => (label === 2 && row > 2 ? 1 : label));
    const fitted = await fitLinearClassifier({ ...input, labels }, { ...options, classifier });
    expect(fitted.weights.every((weight) => Number.isFinite(weight))).toBe(true);
  });

  it('works with hundreds of classes', async () => {
    const input = makeBlobs({ rows: 900, featureDim: 64, numClasses: 300, spread: 0.4 });
    const fitted = await fitLinearClassifier(input, { ...options, classifier, C: 10 });
    expect(fractionRight(predict(fitted, input.features), input.labels)).toBeGreaterThan(0.99);
  });

  it('copes with features that never change and pictures that occur twice', async () => {
    const input = makeBlobs({ rows: 40, featureDim: 60, numClasses: 2 });
    for (let row = 0; row < 40; row++) input.features[row * 60 + 7] = 123.5;
    input.features.copyWithin(20 * 60, 0, 20 * 60);
    const fitted = await fitLinearClassifier(input, { ...options, classifier });
    expect(fitted.weights.slice(7 * 2, 8 * 2)).toEqual(new Float32Array(2));
    expect(fitted.weights.every((weight) => Number.isFinite(weight))).toBe(true);
    expect(fractionRight(predict(fitted, input.features), input.labels)).toBe(1);
  });

  it('does not depend on the scale and offset of the features', async () => {
    const input = makeBlobs({ rows: 90, featureDim: 12, numClasses: 3, spread: 2 });
    const moved = { ...input, features: input.features.map((value) => 64 * value + 128) };
    const near = await fitLinearClassifier(input, { ...options, classifier, C: 1 });
    const far = await fitLinearClassifier(moved, { ...options, classifier, C: 1 });
    expect(far.objective / near.objective).toBeCloseTo(1, 4);
    expect(predict(far, moved.features)).toEqual(predict(near, input.features));
  });

  it('stops soon once it is aborted', async () => {
    const input = makeBlobs({ rows: 300, featureDim: 50, numClasses: 5 });
    const controller = new AbortController();
    const reason = new Error('cancelled');
    let tried = 0;
    const fit = fitLinearClassifier(input, {
      ...options,
      classifier,
      signal: controller.signal,
      onCandidate() {
        tried++;
        controller.abort(reason);
      },
    });
    await expect(fit).rejects.toBe(reason);
    expect(tried).toBe(1);
  });
});

describe('a linear fit', () => {
  it('refuses features with NaN, naming the feature', async () => {
    const input = makeBlobs({ rows: 20, featureDim: 6, numClasses: 2 });
    input.features[9 * 6 + 4] = NaN;
    await expect(fitLinearClassifier(input, options)).rejects.toMatchObject({
      code: 'FEATURES_NOT_FINITE',
      details: { feature: 4 },
    });
  });
});
