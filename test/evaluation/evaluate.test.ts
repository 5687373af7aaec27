import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { bootstrapInterval } from '../../src/learning/evaluation/bootstrap-interval.js';
import { expectedCalibrationError } from '../../src/learning/evaluation/calibration-error.js';
import { evaluate, type ScoredPictures } from '../../src/learning/evaluation/evaluate.js';

interface Fixture {
  classes: string[];
  scores: number[];
  labels: number[];
  nearDuplicates: number[];
  expected: {
    imageCount: number;
    accuracy: number;
    accuracyInterval: [number, number];
    top5Accuracy: number;
    balancedAccuracy: number;
    macroF1: number;
    calibrationError: number;
    confusion: number[][];
    precision: (number | null)[];
    recall: (number | null)[];
    f1: (number | null)[];
    support: number[];
  };
}

const fixture = JSON.parse(
  readFileSync(new URL('fixtures/scikit-learn.json', import.meta.url), 'utf8'),
) as Fixture;

const pictures: ScoredPictures = {
  split: 'test',
  classes: fixture.classes,
  scores: Float32Array.from(fixture.scores),
  labels: Int32Array.from(fixture.labels),
  isNearDuplicate: Uint8Array.from(fixture.nearDuplicates),
  areProbabilities: true,
  seed: 1,
};

/** Three classes, one clear winner per row. */
function easy(labels: number[], predicted: number[], classes = ['a', 'b', 'c']): ScoredPictures {
  const scores = new Float32Array(labels.length * classes.length);
  predicted.forEach((label, row) => (scores[row * classes.length + label] = 1));
  return {
    split: 'test',
    classes,
    scores,
    labels: Int32Array.from(labels),
    isNearDuplicate: new Uint8Array(labels.length),
    areProbabilities: false,
    seed: 1,
  };
}

describe('an evaluation', () => {
  const { expected } = fixture;
  const evaluation = evaluate(pictures);

  it('gives the measures that scikit-learn gives', () => {
    expect(evaluation.imageCount).toBe(expected.imageCount);
    for (const measure of ['accuracy', 'top5Accuracy', 'balancedAccuracy', 'macroF1'] as const) {
      expect(evaluation[measure]).toBeCloseTo(expected[measure], 12);
    }
    expect(evaluation.calibrationError).toBeCloseTo(expected.calibrationError, 6);
    expect(evaluation.confusion).toEqual(expected.confusion);
  });

  it('gives the table by class that scikit-learn gives', () => {
    evaluation.perClass.forEach((row, label) => {
      expect(row.class).toBe(fixture.classes[label]);
      expect(row.imageCount).toBe(expected.support[label]);
      for (const measure of ['precision', 'recall', 'f1'] as const) {
        const wanted = expected[measure][label] ?? null;
        if (wanted === null) expect(row[measure]).toBeNull();
        else expect(row[measure]).toBeCloseTo(wanted, 12);
      }
    });
  });

  it('has the interval that 200,000 resamples by NumPy have, to the grain of 2,000', () => {
    const [low, high] = evaluation.accuracyInterval;
    expect(Math.abs(low - expected.accuracyInterval[0])).toBeLessThan(0.01);
    expect(Math.abs(high - expected.accuracyInterval[1])).toBeLessThan(0.01);
  });

  it('leaves near-duplicates out of every number', () => {
    expect(evaluation.excludedNearDuplicates).toBe(
      fixture.nearDuplicates.filter((flag) => flag === 1).length,
    );
    const kept = fixture.labels.map((_, row) => row).filter((row) => fixture.nearDuplicates[row] === 0);
    const alone = evaluate({
      ...pictures,
      labels: Int32Array.from(kept, (row) => fixture.labels[row] as number),
      scores: Float32Array.from(kept.flatMap((row) => fixture.scores.slice(row * 7, (row + 1) * 7))),
      isNearDuplicate: new Uint8Array(kept.length),
    });
    expect(alone).toEqual({ ...evaluation, excludedNearDuplicates: 0 });
  });

  it('is the same for the same seed', () => {
    expect(evaluate(pictures)).toEqual(evaluation);
  });

  it('has no calibration for margins and no top-5 with five classes or fewer', () => {
    const { calibrationError, top5Accuracy } = evaluate(easy([0, 1, 2], [0, 1, 1]));
    expect(calibrationError).toBeNull();
    expect(top5Accuracy).toBeNull();
  });

  it('has null where a class has no picture or was never predicted', () => {
    const { perClass, balancedAccuracy } = evaluate(easy([0, 0, 1], [0, 0, 0]));
    expect(perClass[1]).toMatchObject({ imageCount: 1, precision: null, recall: 0, f1: 0 });
    expect(perClass[2]).toMatchObject({ imageCount: 0, precision: null, recall: null, f1: null });
    expect(balancedAccuracy).toBe(0.5);
  });

  it('counts a tie against the model unless the first of the equal classes is right', () => {
    const tied = (labels: number[]) => evaluate({ ...easy(labels, labels), scores: new Float32Array(9) });
    expect(tied([0, 0, 0]).accuracy).toBe(1);
    expect(tied([1, 1, 1]).accuracy).toBe(0);
  });

  it('refuses scores with NaN, naming class and picture', () => {
    const broken = easy([0, 1], [0, 1]);
    broken.scores[4] = NaN;
    expect(() => evaluate(broken)).toThrow(/NaN for class "b" of picture 1 of the test split/);
  });

  it('refuses a split without a picture that counts', () => {
    const all = easy([0, 1], [0, 1]);
    all.isNearDuplicate.fill(1);
    expect(() => evaluate(all)).toThrow(/All 2 pictures of the test split/);
    expect(() => evaluate(easy([], []))).toThrow(/has no pictures/);
    expect(() => evaluate(all)).toThrow(expect.objectContaining({ code: 'EVALUATION_IMPOSSIBLE' }));
  });
});

describe('the bootstrap interval', () => {
  it('is as wide as the binomial distribution says', () => {
    const isRight = Uint8Array.from({ length: 1000 }, (_, picture) => (picture < 800 ? 1 : 0));
    const [low, high] = bootstrapInterval(isRight, 3);
    const halfWidth = 1.96 * Math.sqrt((0.8 * 0.2) / 1000);
    expect(low).toBeGreaterThan(0.8 - halfWidth - 0.004);
    expect(low).toBeLessThan(0.8 - halfWidth + 0.004);
    expect(high).toBeGreaterThan(0.8 + halfWidth - 0.004);
    expect(high).toBeLessThan(0.8 + halfWidth + 0.004);
  });

  it('is a point where every picture is right', () => {
    expect(bootstrapInterval(new Uint8Array(30).fill(1), 1)).toEqual([1, 1]);
  });
});

describe('the calibration error', () => {
  it('is 0 where confidence equals accuracy and 1 where a sure model is always wrong', () => {
    expect(expectedCalibrationError(Float64Array.of(0.5, 0.5), Uint8Array.of(1, 0))).toBe(0);
    expect(expectedCalibrationError(Float64Array.of(1, 1), Uint8Array.of(0, 0))).toBe(1);
  });
});
