import { describe, expect, it } from 'vitest';
import { stratifiedSubset } from '../../../src/learning/transferability/stratified-subset.js';

/** Sizes of four classes, mixed: 60, 30, 9 and 1. */
const labels = Int32Array.from({ length: 100 }, (_, row) => {
  const place = (row * 37) % 100;
  return place < 60 ? 0 : place < 90 ? 1 : place < 99 ? 2 : 3;
});
const sizesOf = (rows: readonly number[]) => {
  const sizes = [0, 0, 0, 0];
  for (const row of rows) sizes[labels[row] as number] = (sizes[labels[row] as number] ?? 0) + 1;
  return sizes;
};

describe('a stratified subset', () => {
  it('holds every row once when all are wanted, or more than all', () => {
    const all = stratifiedSubset(labels, 1000, 1);
    expect([...all].sort((a, b) => a - b)).toEqual(Array.from(labels.keys()));
  });

  it('is the beginning of every larger one', () => {
    const all = stratifiedSubset(labels, 100, 1);
    for (let count = 0; count <= 100; count++) {
      expect(stratifiedSubset(labels, count, 1)).toEqual(all.slice(0, count));
    }
  });

  it('has one row of every class first, then two', () => {
    expect(sizesOf(stratifiedSubset(labels, 4, 1))).toEqual([1, 1, 1, 1]);
    expect(sizesOf(stratifiedSubset(labels, 7, 1))).toEqual([2, 2, 2, 1]);
  });

  it('has as many different classes as rows where it is smaller than the list of classes', () => {
    const classes = stratifiedSubset(labels, 3, 1).map((row) => labels[row]);
    expect(new Set(classes).size).toBe(3);
  });

  it.each([20, 40, 70])('of %d rows has the shares of the whole', (count) => {
    sizesOf(stratifiedSubset(labels, count, 2)).forEach((size, label) => {
      const share = ([60, 30, 9, 1][label] as number) / 100;
      expect(Math.abs(size - share * count)).toBeLessThanOrEqual(2);
    });
  });

  it('is the same for the same seed and another for another', () => {
    expect(stratifiedSubset(labels, 30, 5)).toEqual(stratifiedSubset(labels, 30, 5));
    expect(stratifiedSubset(labels, 30, 5)).not.toEqual(stratifiedSubset(labels, 30, 6));
  });

  it('takes rows from all over a class, not its first ones', () => {
    const sorted = Int32Array.from({ length: 1000 }, (_, row) => Math.floor(row / 500));
    const rows = stratifiedSubset(sorted, 100, 3).filter((row) => row < 500);
    expect(Math.max(...rows)).toBeGreaterThan(400);
    expect(rows.reduce((sum, row) => sum + row, 0) / rows.length).toBeGreaterThan(150);
  });

  it('of nothing is nothing', () => {
    expect(stratifiedSubset(new Int32Array(), 10, 1)).toEqual([]);
  });
});
