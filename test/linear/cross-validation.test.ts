import { describe, expect, it } from 'vitest';
import { chooseCandidate, isPastBest, summarizeFolds } from '../../src/learning/linear/choose-c.js';
import { dealStratifiedFolds } from '../../src/learning/linear/stratified-folds.js';

describe('stratified folds', () => {
  const labels = Int32Array.from({ length: 103 }, (_, row) => (row < 50 ? 0 : row < 80 ? 1 : 2));

  it('hold the same share of every class, each row once', () => {
    const folds = dealStratifiedFolds(labels, 3, 5, 1);
    for (const [label, count] of [50, 30, 23].entries()) {
      for (let fold = 0; fold < 5; fold++) {
        const held = [...labels].filter(
          (value, row) => value === label && folds?.foldOfRow[row] === fold,
        ).length;
        expect(Math.abs(held - count / 5)).toBeLessThan(1);
      }
    }
    const sizes = [0, 1, 2, 3, 4].map(
      (fold) => folds?.foldOfRow.filter((value) => value === fold).length ?? 0,
    );
    expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
  });

  it('are the same for the same seed and others for another', () => {
    const deal = (seed: number) => dealStratifiedFolds(labels, 3, 5, seed)?.foldOfRow;
    expect(deal(1)).toEqual(deal(1));
    expect(deal(2)).not.toEqual(deal(1));
  });

  it('never hold out the only row of a class', () => {
    const folds = dealStratifiedFolds(Int32Array.of(0, 0, 0, 1, 2, 2), 3, 5, 1);
    expect(folds?.foldOfRow[3]).toBe(-1);
    expect(folds?.foldCount).toBe(3);
  });

  it('do not exist where every class has one row', () => {
    expect(dealStratifiedFolds(Int32Array.of(0, 1, 2), 3, 5, 1)).toBeUndefined();
  });
});

describe('the choice of C', () => {
  const candidate = (C: number, accuracy: number, standardError = 0.01) => ({ C, accuracy, standardError });

  it('takes the best mean accuracy, and of equals the smallest C', () => {
    expect(chooseCandidate([candidate(0.1, 0.8), candidate(1, 0.9), candidate(10, 0.9)]).C).toBe(1);
  });

  it('ends the path at a clear drop, or when two values brought nothing', () => {
    expect(isPastBest([candidate(0.1, 0.8), candidate(1, 0.9)])).toBe(false);
    expect(isPastBest([candidate(0.1, 0.9), candidate(1, 0.895)])).toBe(false);
    expect(isPastBest([candidate(0.1, 0.9), candidate(1, 0.85)])).toBe(true);
    expect(isPastBest([candidate(0.1, 0.9), candidate(1, 0.895), candidate(10, 0.9)])).toBe(true);
  });

  it('states mean and standard error over folds', () => {
    const { accuracy, standardError } = summarizeFolds(1, [0.8, 0.9, 0.7]);
    expect(accuracy).toBeCloseTo(0.8, 12);
    expect(standardError).toBeCloseTo(0.1 / Math.sqrt(3), 12);
  });
});
