import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../src/learning/random.js';
import { expectAccuracy, type ExpectationInput } from '../../../src/advisor/recommend/expect-accuracy.js';
import type { Promised } from '../../../src/advisor/advice.js';
import type { AccuracyKnowledge } from '../../../src/advisor/recommend/knowledge.js';
import { learnedKnowledge } from '../../../src/advisor/recommend/learned-knowledge.js';
import { accuracyKnowledge, makeCut, makeMeasurements, makeModel } from './support.js';

function expectFor(
  accuracy: number,
  known: AccuracyKnowledge,
  changes: Partial<ExpectationInput> & { pictures?: number; similarity?: boolean } = {},
): Promised {
  const { pictures = 1000, ...rest } = changes;
  const model = makeModel({
    cuts: [makeCut({ accuracy, pictures })],
    similarity: {
      peakLayer: 'block2_out',
      peakDepth: 0.5,
      lateGap: 0.3,
      batchNormShifts: [],
      batchNormShift: 0.5,
      frechet: null,
    },
  });
  const input = { dataset: makeMeasurements().dataset, model, testPictures: 400, isLearned: true, ...rest };
  const promise = expectAccuracy(input, known);
  if (promise === undefined) throw new Error('there is a probe');
  return promise;
}

const families = Object.entries({
  ...learnedKnowledge.accuracy,
  'made up': accuracyKnowledge({ gain: 0.5 }),
});

describe.each(families)('what is expected of %s', (_family, known) => {
  const probes = Array.from({ length: 101 }, (_, index) => index / 100);

  it('lies inside its interval, and both inside 0 to 1', () => {
    for (const isLearned of [true, false]) {
      for (const probe of probes) {
        const { value, low, high } = expectFor(probe, known, { isLearned });
        expect(low).toBeGreaterThanOrEqual(0);
        expect(low).toBeLessThanOrEqual(value);
        expect(value).toBeLessThanOrEqual(high);
        expect(high).toBeLessThanOrEqual(1);
      }
    }
  });

  it('is never less for a better probe', () => {
    for (const testPictures of [0, 10, 10_000]) {
      const values = probes.map((probe) => expectFor(probe, known, { testPictures }).value);
      for (const [index, value] of values.slice(1).entries()) {
        expect(value).toBeGreaterThanOrEqual(values[index] ?? 0);
      }
    }
  });
});

describe('what is expected', () => {
  it('is the probe plus the gain, in log-odds', () => {
    expect(expectFor(0.5, accuracyKnowledge({ gain: Math.log(3) }), { pictures: 1e9 }).value).toBeCloseTo(
      0.75,
      6,
    );
  });

  it('is never less for a better probe, however much the study found good probes to gain less', () => {
    const coefficients = { probe: { mean: 1, scale: 0.8, coefficient: -3 } };
    const values = [0.3, 0.5, 0.7, 0.9].map(
      (probe) => expectFor(probe, accuracyKnowledge({ coefficients })).value,
    );
    expect(values).toEqual([...values].sort((a, b) => a - b));
  });

  it('follows a feature, no further than the study has seen, and leaves out what was not measured', () => {
    const lateGap = (mean: number) => ({ lateGap: { mean, scale: 0.1, coefficient: 0.5 } });
    const at = (mean: number) => expectFor(0.6, accuracyKnowledge({ coefficients: lateGap(mean) })).value;
    expect(at(0.3)).toBeCloseTo(expectFor(0.6, accuracyKnowledge()).value, 10);
    expect(at(0.2)).toBeGreaterThan(at(0.3));
    expect(at(-5)).toBe(at(-1));
    const unknown = { coefficients: { logMe: { mean: 5, scale: 1, coefficient: 9 } } };
    expect(expectFor(0.6, accuracyKnowledge(unknown)).value).toBeCloseTo(
      expectFor(0.6, accuracyKnowledge()).value,
      10,
    );
  });

  it('has a wider interval for fewer test pictures, fewer probed pictures and a less certain study', () => {
    const width = ({ low, high }: Promised) => high - low;
    const usual = width(expectFor(0.7, accuracyKnowledge()));
    expect(width(expectFor(0.7, accuracyKnowledge(), { testPictures: 20 }))).toBeGreaterThan(1.3 * usual);
    expect(width(expectFor(0.7, accuracyKnowledge(), { pictures: 40 }))).toBeGreaterThan(1.3 * usual);
    expect(width(expectFor(0.7, accuracyKnowledge({ spread: 0.6 })))).toBeGreaterThan(1.3 * usual);
  });

  it('holds 80 % of test results where probe and test are all that is uncertain', () => {
    const random = createRandom(4);
    const share = (truth: number, count: number) =>
      Array.from({ length: count }, () => Number(random.next() < truth)).reduce((sum, one) => sum + one, 0) /
      count;
    const known = accuracyKnowledge({ spread: 0, low: -1.2816, high: 1.2816 });
    let inside = 0;
    for (let trial = 0; trial < 2000; trial++) {
      const truth = 0.3 + 0.6 * random.next();
      const model = makeModel({
        cuts: [makeCut({ accuracy: share(truth, 300), pictures: 300, standardError: 0 })],
      });
      const dataset = { ...makeMeasurements().dataset, train: 300 };
      const promise = expectAccuracy({ dataset, model, testPictures: 200, isLearned: true }, known);
      const actual = share(truth, 200);
      if (promise && actual >= promise.low && actual <= promise.high) inside++;
    }
    expect(inside / 2000).toBeGreaterThan(0.77);
    expect(inside / 2000).toBeLessThan(0.83);
  });

  it('counts on training pictures that the budget left out, by the learning curve, less with every doubling', () => {
    const learningCurve = {
      layer: 'block2_out',
      points: [
        { pictures: 100, accuracy: 0.55, standardError: 0.02 },
        { pictures: 200, accuracy: 0.6, standardError: 0.02 },
      ],
      gainPerDoubling: 0.05,
    };
    const at = (train: number) => {
      const model = makeModel({ cuts: [makeCut({ accuracy: 0.6, pictures: 200 })], learningCurve });
      const dataset = { ...makeMeasurements().dataset, train };
      return expectAccuracy({ dataset, model, testPictures: 400, isLearned: true }, accuracyKnowledge());
    };
    const [same, twice, four] = [200, 400, 800].map((train) => at(train)?.value ?? 0) as [
      number,
      number,
      number,
    ];
    expect(twice - same).toBeCloseTo(0.05 * Math.SQRT1_2, 2);
    expect(four - twice).toBeCloseTo(0.05 / 2, 2);
    const width = (promise: Promised | undefined) => (promise?.high ?? 0) - (promise?.low ?? 0);
    expect(width(at(6400))).toBeGreaterThan(width(at(200)));
  });

  it('is no gain where nothing is learned, only room for one', () => {
    const known = accuracyKnowledge({ gain: 0.8 });
    const [learned, chance] = [true, false].map((isLearned) => expectFor(0.11, known, { isLearned })) as [
      Promised,
      Promised,
    ];
    expect(chance.value).toBeCloseTo(0.11, 2);
    expect(learned.value).toBeGreaterThan(0.2);
    expect(chance.high).toBeCloseTo(learned.high, 1);
  });

  it('is nothing without a probe', () => {
    const model = makeModel({ cuts: [] });
    const input = { dataset: makeMeasurements().dataset, model, testPictures: 400, isLearned: true };
    expect(expectAccuracy(input, accuracyKnowledge())).toBeUndefined();
  });
});

describe('what the study knows of a network', () => {
  const known = accuracyKnowledge({ networks: { digest: -0.5 }, spread: 0.2, spreadOfUnknown: 0.6 });
  const width = ({ low, high }: Promised) => high - low;

  it('counts where the weights are the same, and only there', () => {
    const same = expectFor(0.7, known, { weightsDigest: 'digest' });
    for (const weightsDigest of ['another', undefined]) {
      const other = expectFor(0.7, known, { weightsDigest });
      expect(other.value).toBeCloseTo(0.7, 2);
      expect(same.value).toBeLessThan(other.value - 0.08);
      expect(width(other)).toBeGreaterThan(1.5 * width(same));
    }
  });

  it('is beside how its probe counts, which is more certain than it was measured', () => {
    const measured = expectFor(0.7, known, { pictures: 50 });
    const drawn = expectFor(0.7, known, { pictures: 50, drawn: { shift: 0.3, deviation: 0.1 } });
    expect(drawn.value).toBeGreaterThan(measured.value + 0.04);
    expect(width(drawn)).toBeLessThan(width(measured));
  });
});
