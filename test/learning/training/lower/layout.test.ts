import { describe, expect, it } from 'vitest';
import {
  arrange,
  arrangeData,
  permutationBetween,
  restoreData,
  sameBytes,
} from '../../../../src/learning/training/lower/layout.js';

describe('layouts', () => {
  it('turn data around and back', () => {
    const data = Float32Array.from({ length: 24 }, (_, i) => i);
    const shape = [2, 3, 4];
    const turned = arrangeData(data, shape, [2, 0, 1]);
    // Element [1, 2, 3] of the program lies at [3, 1, 2] of [4, 2, 3].
    expect(turned[3 * 6 + 1 * 3 + 2]).toBe(23);
    expect(turned[0 * 6 + 1 * 3 + 0]).toBe(12);
    expect(restoreData(turned, shape, [2, 0, 1])).toEqual(data);
    expect(arrange(shape, [2, 0, 1])).toEqual([4, 2, 3]);
  });

  it('leave data of one axis or none as they are', () => {
    expect(arrangeData(Float32Array.of(1, 2), [2], [0])).toEqual(Float32Array.of(1, 2));
    expect(arrangeData(Float32Array.of(7), [], [])).toEqual(Float32Array.of(7));
  });

  it('tell how to come from one to another', () => {
    const [from, to] = [
      [0, 3, 1, 2],
      [3, 2, 0, 1],
    ];
    const permutation = permutationBetween(from ?? [], to ?? []);
    expect(permutation.map((axis) => from?.[axis])).toEqual(to);
  });

  it('are the same bytes where only axes of length 1 move', () => {
    expect(sameBytes([2, 1, 1, 5], [0, 1, 2, 3], [0, 3, 1, 2])).toBe(true);
    expect(sameBytes([2, 1, 3, 5], [0, 1, 2, 3], [0, 3, 1, 2])).toBe(false);
  });
});
