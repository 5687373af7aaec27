import { describe, expect, it } from 'vitest';
import { shuffle, createRandom } from '../../../src/learning/random.js';
import type { LabelledFeatureMatrix } from '../../../src/learning/transferability/labelled-feature-matrix.js';
import { logMe } from '../../../src/learning/transferability/log-me.js';
import { nearestNeighbourAccuracy } from '../../../src/learning/transferability/nearest-neighbour-accuracy.js';
import { shrinkageHScore } from '../../../src/learning/transferability/shrinkage-h-score.js';
import { makeUpFeatures, pickRows, type MadeUp } from './made-up-features.js';

const options = { threads: 2 };
const fiveNeighbours = (features: LabelledFeatureMatrix) =>
  nearestNeighbourAccuracy(features, { ...options, k: 5 });
const hScore = (features: LabelledFeatureMatrix) => shrinkageHScore(features, options);
const evidence = (features: LabelledFeatureMatrix) => logMe(features, options);

// The numbers come from reference/make-reference.py: scikit-learn's neighbours and Ledoit–Wolf covariance, and for LogME the
// density of the labels under the dense normal distribution, maximised by SciPy; all in float64.
const tall = { rows: 90, featureDim: 12, numClasses: 4, seed: 1, spread: 0.8 };
const wide = { rows: 30, featureDim: 70, numClasses: 3, seed: 2, spread: 1.2 };
const noise = { rows: 120, featureDim: 20, numClasses: 5, seed: 3, spread: 20 };
const references: { name: string; made: MadeUp; values: Record<string, number> }[] = [
  {
    name: 'more rows than features',
    made: tall,
    values: {
      neighbours1: 0.5777777777777777,
      neighbours5: 0.6777777777777778,
      hScore: 1.1679055642645033,
      logMe: -0.4292265972828692,
    },
  },
  {
    name: 'more features than rows',
    made: wide,
    values: {
      neighbours1: 0.8666666666666667,
      neighbours5: 0.9,
      hScore: 1.1528360683353784,
      logMe: -0.3712981279495366,
    },
  },
  {
    name: 'hardly anything to learn',
    made: noise,
    values: {
      neighbours1: 0.15833333333333333,
      neighbours5: 0.09166666666666666,
      hScore: 0.1521786686399787,
      logMe: -0.5327301482304416,
    },
  },
];

describe.each(references)('with $name', ({ made, values }) => {
  const features = makeUpFeatures(made);

  it('the nearest neighbours are those of scikit-learn', async () => {
    const one = await nearestNeighbourAccuracy(features, { ...options, k: 1 });
    expect(one).toBeCloseTo(values['neighbours1'] ?? NaN, 12);
    expect(await fiveNeighbours(features)).toBeCloseTo(values['neighbours5'] ?? NaN, 12);
  });

  it('the H-score equals the one from pseudo-inverse and explicit covariances', async () => {
    expect(await hScore(features)).toBeCloseTo(values['hScore'] ?? NaN, 10);
  });

  it('LogME equals the maximum of the dense density', async () => {
    expect(await evidence(features)).toBeCloseTo(values['logMe'] ?? NaN, 6);
  });
});

it('LogME equals the authors’ fixed point where there are more rows than features', async () => {
  // `published_log_me` in reference/make-reference.py, which stops at a change of 0.1 %.
  expect(await evidence(makeUpFeatures(tall))).toBeCloseTo(-0.4292266003240225, 6);
  expect(await evidence(makeUpFeatures(noise))).toBeCloseTo(-0.5327809567106991, 3);
});

describe.each([
  { name: 'nearestNeighbourAccuracy', score: fiveNeighbours },
  { name: 'shrinkageHScore', score: hScore },
  { name: 'logMe', score: evidence },
])('$name', ({ score }) => {
  it('is larger for classes that lie apart than for classes that do not', async () => {
    const apart = await score(makeUpFeatures({ ...tall, spread: 0.1 }));
    const mixed = await score(makeUpFeatures({ ...tall, spread: 5 }));
    expect(apart).toBeGreaterThan(mixed ?? NaN);
  });

  it.each([
    ['tall', tall],
    ['wide', wide],
  ])('does not depend on the scale of %s features', async (_, made) => {
    const features = makeUpFeatures(made);
    const value = (await score(features)) ?? NaN;
    for (const scale of [2 ** -10, 2 ** 10]) {
      const scaled = { ...features, data: features.data.map((x) => scale * x) };
      expect(await score(scaled)).toBeCloseTo(value, 9);
    }
  });

  it('does not depend on the order of the rows', async () => {
    const features = makeUpFeatures(tall);
    const order = shuffle(
      Array.from({ length: tall.rows }, (_, row) => row),
      createRandom(5),
    );
    expect(await score(pickRows(features, order))).toBeCloseTo((await score(features)) ?? NaN, 9);
  });

  it('does not depend on which number a class has, nor on numbers that no picture has', async () => {
    const features = makeUpFeatures(tall);
    const renamed = { ...features, labels: features.labels.map((label) => 7 - 2 * label) };
    expect(await score(renamed)).toBeCloseTo((await score(features)) ?? NaN, 9);
  });

  it('does not depend on the number of threads', async () => {
    const features = makeUpFeatures(wide);
    const alone =
      score === fiveNeighbours
        ? await nearestNeighbourAccuracy(features, { k: 5, threads: 1 })
        : await (score === hScore ? shrinkageHScore : logMe)(features, { threads: 1 });
    expect(alone).toBeCloseTo((await score(features)) ?? NaN, 9);
  });

  it('has no answer for one class, for classes of one picture each, and for no pictures', async () => {
    const features = makeUpFeatures(tall);
    expect(await score({ ...features, labels: new Int32Array(tall.rows) })).toBeNull();
    expect(await score(pickRows(features, [0, 1, 2, 3]))).toBeNull();
    expect(await score(pickRows(features, []))).toBeNull();
  });

  it('copes with a class of one picture beside fuller ones', async () => {
    const features = makeUpFeatures(tall);
    const labels = features.labels.map((label, row) => (row === 8 ? 4 : label));
    expect(await score({ ...features, labels })).toSatisfy(Number.isFinite);
  });

  it('copes with features that never change', async () => {
    const features = makeUpFeatures(tall);
    const data = features.data.map((value, at) => (at % tall.featureDim === 3 ? 2.5 : value));
    expect(await score({ ...features, data })).toSatisfy(Number.isFinite);
  });

  it.each([0, 1.5])('finds nothing in pictures that are all alike: every feature %d', async (value) => {
    const features = makeUpFeatures(tall);
    const alike = await score({ ...features, data: features.data.map(() => value) });
    expect(alike).toSatisfy(Number.isFinite);
    expect(alike).toBeLessThan((await score(features)) ?? NaN);
  });

  it('copes with pictures that occur twice, in more dimensions than there are pictures', async () => {
    const features = makeUpFeatures(wide);
    const twice = pickRows(
      features,
      Array.from({ length: 30 }, (_, row) => row % 15),
    );
    expect(await score(twice)).toSatisfy(Number.isFinite);
  });

  it('refuses NaN and infinity, naming the feature', async () => {
    for (const value of [NaN, Infinity, -Infinity]) {
      const features = makeUpFeatures(tall);
      features.data[7 * tall.featureDim + 5] = value;
      await expect(score(features)).rejects.toMatchObject({
        code: 'FEATURES_NOT_FINITE',
        details: { feature: 5 },
      });
    }
  });

  it('refuses labels that are not as many as the rows', async () => {
    const features = makeUpFeatures(tall);
    await expect(score({ ...features, labels: features.labels.slice(1) })).rejects.toThrow(RangeError);
  });
});

it.each([
  ['nearestNeighbourAccuracy', nearestNeighbourAccuracy],
  ['shrinkageHScore', shrinkageHScore],
  ['logMe', logMe],
])('%s throws the reason once it is aborted', async (_, score) => {
  const reason = new Error('cancelled');
  const signal = AbortSignal.abort(reason);
  await expect(score(makeUpFeatures(tall), { threads: 1, k: 5, signal })).rejects.toBe(reason);
});

describe('the nearest neighbours', () => {
  const points = (rows: [number[], number][]): LabelledFeatureMatrix => ({
    rows: rows.length,
    featureDim: rows[0]?.[0].length ?? 0,
    data: Float32Array.from(rows.flatMap(([values]) => values)),
    labels: Int32Array.from(rows, ([, label]) => label),
  });

  it('are near by angle, not by length', async () => {
    const rays = points([
      [[1, 0], 0],
      [[9, 0.1], 0],
      [[0, 1], 1],
      [[0.1, 9], 1],
    ]);
    expect(await nearestNeighbourAccuracy(rays, { ...options, k: 1 })).toBe(1);
  });

  it('are all others where k is larger: then every class loses to a fuller one', async () => {
    const features = pickRows(makeUpFeatures(tall), [0, 4, 8, 12, 1, 5]);
    expect(await nearestNeighbourAccuracy(features, { ...options, k: 1000 })).toBeCloseTo(4 / 6);
  });

  it('do not ask a class of one picture, and let it vote', async () => {
    const features = points([
      [[1, 0], 0],
      [[1, 0.1], 1],
      [[1, 0.2], 0],
      [[0, 1], 2],
      [[0.1, 1], 2],
    ]);
    // The neighbour of both pictures of class 0 is the only one of class 1.
    expect(await nearestNeighbourAccuracy(features, { ...options, k: 1 })).toBe(0.5);
  });

  it('that are equally near share a vote, and classes that draw share the credit', async () => {
    const features = points([
      [[1, 0], 0],
      [[1, 0], 0],
      [[1, 0], 1],
      [[1, 0], 1],
    ]);
    // Each picture sees one of its own class and two of the other, all as near.
    expect(await nearestNeighbourAccuracy(features, { ...options, k: 1 })).toBe(0);
    const three = points([
      [[1, 0], 0],
      [[1, 0], 0],
      [[1, 0], 1],
    ]);
    expect(await nearestNeighbourAccuracy(three, { ...options, k: 1 })).toBe(0.5);
  });

  it.each([0, -1, 1.5, NaN])('cannot be %d', async (k) => {
    await expect(nearestNeighbourAccuracy(makeUpFeatures(tall), { ...options, k })).rejects.toThrow(
      RangeError,
    );
  });

  it('are found across blocks as within one', async () => {
    const rows = 1700;
    const features = makeUpFeatures({ ...tall, rows });
    const norms = Array.from({ length: rows }, (_, row) =>
      Math.hypot(...features.data.subarray(row * tall.featureDim, (row + 1) * tall.featureDim)),
    );
    let right = 0;
    for (let row = 0; row < rows; row++) {
      let best = -1;
      let nearest = -Infinity;
      for (let other = 0; other < rows; other++) {
        if (other === row) continue;
        let dot = 0;
        for (let j = 0; j < tall.featureDim; j++) {
          dot +=
            (features.data[row * tall.featureDim + j] as number) *
            (features.data[other * tall.featureDim + j] as number);
        }
        const cosine = dot / ((norms[row] as number) * (norms[other] as number));
        if (cosine > nearest) [nearest, best] = [cosine, other];
      }
      if (features.labels[best] === features.labels[row]) right++;
    }
    // Two neighbours nearer to each other than rounding may share a vote.
    const found = (await nearestNeighbourAccuracy(features, { ...options, k: 1 })) ?? NaN;
    expect(Math.abs(found - right / rows)).toBeLessThan(2 / rows);
  });
});

it('the H-score of classes that do not spread at all is classes − 1, less what is shrunk', async () => {
  const features = makeUpFeatures({ ...tall, rows: 400, spread: 0.001 });
  const value = (await hScore(features)) ?? NaN;
  expect(value).toBeGreaterThan(2.9);
  expect(value).toBeLessThanOrEqual(3);
});
