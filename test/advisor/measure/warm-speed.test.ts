import { describe, expect, it } from 'vitest';
import { warmSpeed, type RanBatch } from '../../../src/advisor/measure/warm-speed.js';

/** Batches of so many pictures, two under way at once, each done 100 ms after the one before. */
function passOf(sizes: readonly number[], from = 0): RanBatch[] {
  return sizes.map((pictures, at) => ({
    pictures,
    began: from + 100 * Math.max(0, at - 1),
    ended: from + 100 * (at + 1),
  }));
}

describe('the speed of a network that is warm', () => {
  it('counts batches that are under way at once once', () => {
    expect(warmSpeed(passOf([32, 32, 32, 32, 32], 1000), 1000)).toBeCloseTo(320);
  });

  it('leaves out the first batch of all, and those that had to wait for it', () => {
    const [first, second, ...rest] = passOf([32, 32, 32, 32, 32], 3000);
    const cold = [{ ...first, began: 0 } as RanBatch, { ...second, began: 0 } as RanBatch, ...rest];
    expect(warmSpeed(cold, 3100)).toBeCloseTo(320);
  });

  it('is that of whole batches, not of what is left over or computed again before', () => {
    const again = { pictures: 3, began: 1000, ended: 1010 };
    expect(warmSpeed([again, ...passOf([32, 32, 32, 4], 5000)], 1000)).toBeCloseTo(320);
  });

  it('is not known after a few batches, or of a network that is cold', () => {
    expect(warmSpeed([], 0)).toBeNull();
    expect(warmSpeed(passOf([32, 32]), 0)).toBeNull();
    expect(warmSpeed(passOf([32, 32, 32]), Infinity)).toBeNull();
  });
});
