import { describe, expect, test } from 'vitest';
import { compareCandidates, bestByValidation } from '../../src/jobs/sweep/compare-candidates.js';
import { orderCandidates } from '../../src/jobs/sweep/order-candidates.js';
import { reasonNotToStart, TrainingWatch } from '../../src/jobs/sweep/stop-rules.js';
import { packBits, unpackBits } from '../../src/learning/evaluation/bits.js';
import { adjustByHolm } from '../../src/learning/evaluation/holm.js';
import { mcnemarMidP } from '../../src/learning/evaluation/mcnemar.js';

const leader = { ordinal: 1, accuracy: 0.9, imageCount: 100 };

describe('the order of a sweep', () => {
  const candidate = (name: string, strategy: string, value?: number) => ({
    name,
    strategy,
    expected: value === undefined ? null : { value, low: value - 0.1, high: value + 0.1 },
  });

  test('is linear classifiers first, then what is expected of a candidate, then the order given', () => {
    const ordered = orderCandidates([
      candidate('unknown first', 'partial-fine-tuning'),
      candidate('low', 'full-retraining', 0.6),
      candidate('unknown second', 'full-retraining'),
      candidate('high', 'partial-fine-tuning', 0.8),
      candidate('linear', 'feature-extraction-svm', 0.5),
    ]);
    expect(ordered.map(({ name }) => name)).toEqual([
      'linear',
      'high',
      'low',
      'unknown first',
      'unknown second',
    ]);
  });
});

describe('a candidate does not start', () => {
  test('where the most that is expected of it lies below what the leader has reached', () => {
    expect(reasonNotToStart({ value: 0.8, low: 0.7, high: 0.89 }, leader)).toMatch(
      /89\.0 %.*candidate 1.*90\.0 %/,
    );
    expect(reasonNotToStart({ value: 0.8, low: 0.7, high: 0.9 }, leader)).toBeUndefined();
  });

  test('but it does where nothing is expected of it, or nobody leads', () => {
    expect(reasonNotToStart(null, leader)).toBeUndefined();
    expect(reasonNotToStart({ value: 0.1, low: 0, high: 0.2 }, undefined)).toBeUndefined();
  });
});

describe('a training', () => {
  const epoch = (done: number, accuracy: number) => [
    { type: 'progress' as const, phase: 'training', done, total: 100 },
    { type: 'metric' as const, name: 'validation/accuracy', value: accuracy, step: done },
  ];
  const end = (watch: TrainingWatch, reports: ReturnType<typeof epoch>) =>
    reports.map((report) => watch.note(report)).find((reason) => reason !== undefined);

  test('is stopped after half of its epochs where two standard errors do not bring it to the leader', () => {
    // √(0.8 · 0.2 / 100) = 0.04: 0.80 + 0.08 < 0.90.
    const watch = new TrainingWatch(leader);
    expect(end(watch, epoch(25, 0.8))).toBeUndefined();
    expect(end(watch, epoch(50, 0.7))).toMatch(/50\.0 % of its training.*80\.0 %.*candidate 1/);
  });

  test('goes on where its best epoch comes near enough, however bad the last was', () => {
    // √(0.85 · 0.15 / 100) = 0.0357: 0.85 + 0.0714 > 0.90.
    const watch = new TrainingWatch(leader);
    expect(end(watch, epoch(25, 0.85))).toBeUndefined();
    expect(end(watch, epoch(75, 0.3))).toBeUndefined();
  });

  test('goes on where it came near enough before its worker was lost', () => {
    expect(end(new TrainingWatch(leader, 0.85), epoch(75, 0.3))).toBeUndefined();
    expect(end(new TrainingWatch(leader, 0.5), epoch(75, 0.3))).toMatch(/best validation accuracy, 50\.0 %/);
  });

  test('goes on where nobody leads yet, and where it reports no validation', () => {
    expect(end(new TrainingWatch(undefined), epoch(90, 0.1))).toBeUndefined();
    expect(
      new TrainingWatch(leader).note({ type: 'progress', phase: 'training', done: 99, total: 100 }),
    ).toBe(undefined);
  });
});

describe('the comparison', () => {
  const fitted = (ordinal: number, validation: number, right: number[]) => {
    const count = right.length;
    const accuracy = right.reduce((sum, bit) => sum + bit, 0) / count;
    return {
      ordinal,
      validation: { imageCount: 50, accuracy: validation, accuracyInterval: [0, 1] as [number, number] },
      test: { imageCount: count, accuracy, accuracyInterval: [0, 1] as [number, number] },
      testRight: packBits(Uint8Array.from(right)),
    };
  };
  const pictures = (right: number, of = 60) => Array.from({ length: of }, (_, at) => (at < right ? 1 : 0));

  test('is with the best by validation, though another does better on the test pictures', () => {
    const first = fitted(1, 0.8, pictures(40));
    const second = fitted(2, 0.7, pictures(55));
    const best = bestByValidation([first, second]);
    expect(best?.ordinal).toBe(1);
    expect(compareCandidates([first, second], first, 1).get(2)).toMatchObject({ verdict: 'BETTER' });
  });

  test('of equal ones the first is the best', () => {
    expect(bestByValidation([fitted(3, 0.8, [1]), fitted(5, 0.8, [1])])?.ordinal).toBe(3);
    expect(bestByValidation([])).toBeUndefined();
  });

  test('is McNemar’s test on the same pictures, corrected for how many there are', () => {
    const best = fitted(1, 0.9, pictures(55));
    const near = fitted(2, 0.8, pictures(53));
    const far = fitted(3, 0.7, pictures(30));
    const compared = compareCandidates([best, near, far], best, 1);
    expect([...compared.keys()]).toEqual([2, 3]);
    const pValues = [mcnemarMidP(0, 2), mcnemarMidP(0, 25)];
    expect([2, 3].map((ordinal) => compared.get(ordinal)?.pValue)).toEqual(pValues);
    expect(compared.get(3)).toMatchObject({ adjustedPValue: 2 * (pValues[1] ?? 0), verdict: 'WORSE' });
    expect(compared.get(2)).toMatchObject({ verdict: 'INDISTINGUISHABLE' });
    expect(compared.get(3)?.difference).toBeCloseTo(-25 / 60, 12);
  });

  test('Holm’s correction is that of its definition', () => {
    // By hand: 0.01·4, 0.02·3, max(0.06, 0.03·2), max(0.06, 0.04·1).
    const adjusted = adjustByHolm([0.03, 0.01, 0.04, 0.02]);
    [0.06, 0.04, 0.06, 0.06].forEach((expected, at) => expect(adjusted[at]).toBeCloseTo(expected, 12));
    expect(adjustByHolm([0.9, 0.8])).toEqual([1, 1]);
    expect(adjustByHolm([])).toEqual([]);
  });

  test('pictures are packed eight to a byte and come out as they went in', () => {
    const bits = Uint8Array.from({ length: 19 }, (_, at) => Number(at % 3 === 0));
    expect(Buffer.from(packBits(bits), 'base64')).toHaveLength(3);
    expect(unpackBits(packBits(bits), 19)).toEqual(bits);
    expect(unpackBits(packBits(bits), 25)).toBeUndefined();
  });
});
