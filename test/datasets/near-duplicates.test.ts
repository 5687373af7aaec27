import { describe, expect, it } from 'vitest';
import { assignSplits } from '../../src/learning/datasets/assign-splits.js';
import { FingerprintTable } from '../../src/learning/datasets/fingerprint-table.js';
import {
  maxHashDistance,
  thumbnailDifference,
  visitNearDuplicates,
} from '../../src/learning/datasets/near-duplicates.js';
import { fingerprint } from '../../src/learning/datasets/perceptual-hash.js';
import { randomNumbers } from './pictures.js';

const grey = new Uint8Array(192).fill(128);

/** Hashes in clumps: each a random one, or an earlier one with up to 12 bits turned. */
function clumpedTable(length: number, seed: number): FingerprintTable {
  const random = randomNumbers(seed);
  const word = () => Math.floor(random() * 2 ** 32) >>> 0;
  const table = new FingerprintTable(length);
  for (let row = 0; row < length; row += 1) {
    const from = Math.floor(random() * row);
    const hash: [number, number] =
      random() < 0.5 || row === 0 ? [word(), word()] : [table.high[from] ?? 0, table.low[from] ?? 0];
    for (let turns = Math.floor(random() * 13); turns > 0; turns -= 1) {
      const half = random() < 0.5 ? 0 : 1;
      hash[half] = (hash[half] ^ (1 << Math.floor(random() * 32))) >>> 0;
    }
    table.set(row, { hash, thumbnail: grey });
  }
  return table;
}

describe('search for near-duplicates', () => {
  it('finds exactly the pairs that comparing everything with everything finds, each once', () => {
    const table = clumpedTable(700, 5);
    const expected: string[] = [];
    for (let a = 0; a < table.length; a += 1) {
      for (let b = a + 1; b < table.length; b += 1) {
        if (table.distance(a, b) <= maxHashDistance) expected.push(`${a} ${b} ${table.distance(a, b)}`);
      }
    }
    const found: string[] = [];
    visitNearDuplicates(table, (...pair) => found.push(pair.join(' ')));
    expect(expected.length).toBeGreaterThan(300);
    expect(found.sort()).toEqual(expected.sort());
  });

  it('compares a small part of all pairs', () => {
    const random = randomNumbers(1);
    const table = new FingerprintTable(20_000);
    for (let row = 0; row < table.length; row += 1) {
      const hash: [number, number] = [Math.floor(random() * 2 ** 32), Math.floor(random() * 2 ** 32)];
      table.set(row, { hash, thumbnail: grey });
    }
    let compared = 0;
    const distance = table.distance.bind(table);
    table.distance = (a, b) => {
      compared += 1;
      return distance(a, b);
    };
    visitNearDuplicates(table, () => undefined);
    expect(compared).toBeLessThan((0.02 * table.length ** 2) / 2);
  });

  it('compares no more than a few of many blank pictures, whose hashes are all the same', () => {
    const table = new FingerprintTable(3_000);
    const blank = fingerprint(new Uint8Array(32 * 32 * 3).fill(255));
    for (let row = 0; row < table.length; row += 1) table.set(row, blank);
    let pairs = 0;
    visitNearDuplicates(table, () => {
      pairs += 1;
    });
    expect(pairs).toBeGreaterThan(table.length);
    expect(pairs).toBeLessThanOrEqual(table.length * 200);
  });

  it('stops when aborted', () => {
    const aborted = AbortSignal.abort(new Error('enough'));
    expect(() => visitNearDuplicates(clumpedTable(10, 1), () => undefined, aborted)).toThrow('enough');
  });

  it('tells blank pictures of different colours apart', () => {
    const blank = (red: number, green: number, blue: number) => {
      const pixels = Uint8Array.from(
        { length: 32 * 32 * 3 },
        (_, index) => [red, green, blue][index % 3] ?? 0,
      );
      return fingerprint(pixels).thumbnail;
    };
    expect(thumbnailDifference(blank(255, 255, 255), blank(250, 250, 250))).toBeLessThan(1);
    expect(thumbnailDifference(blank(255, 255, 255), blank(0, 0, 0))).toBeGreaterThan(100);
    expect(thumbnailDifference(blank(200, 40, 40), blank(40, 40, 200))).toBeGreaterThan(40);
  });
});

describe('stratified splits', () => {
  const pool = (sizes: number[], groups?: number[]) => {
    const labels = sizes.flatMap((size, label) => Array.from({ length: size }, () => label));
    return {
      labels,
      groups: groups ?? labels.map((_, index) => index),
      digests: labels.map((_, index) => `digest ${index}`),
    };
  };
  const count = (splits: string[], labels: readonly number[], label: number, name: string) =>
    splits.filter((split, index) => split === name && labels[index] === label).length;

  it.each([
    [2, 0, 0],
    [3, 0, 1],
    [4, 0, 1],
    [5, 1, 1],
    [14, 1, 1],
    [15, 2, 2],
    [100, 10, 10],
  ])('gives a class of %i pictures %i for validation and %i for the test', (size, validation, test) => {
    const given = pool([size, 30]);
    const splits = assignSplits(given, { validation: 0.1, test: 0.1 }, 7);
    expect(count(splits, given.labels, 0, 'validation')).toBe(validation);
    expect(count(splits, given.labels, 0, 'test')).toBe(test);
  });

  it('always leaves two pictures of a class in train', () => {
    const given = pool([3, 4, 5, 6, 7]);
    const splits = assignSplits(given, { validation: 0.4, test: 0.4 }, 7);
    for (const label of [0, 1, 2, 3, 4])
      expect(count(splits, given.labels, label, 'train')).toBeGreaterThanOrEqual(2);
  });

  it('never tears a group apart', () => {
    const given = pool(
      [60, 60],
      Array.from({ length: 120 }, (_, index) => Math.floor((index % 60) / 3)),
    );
    const splits = assignSplits(given, { validation: 0.2, test: 0.2 }, 3);
    const byGroup = new Map<number, Set<string>>();
    for (const [index, split] of splits.entries()) {
      const group = given.groups[index] ?? 0;
      byGroup.set(group, (byGroup.get(group) ?? new Set()).add(split));
    }
    for (const members of byGroup.values()) expect(members.size).toBe(1);
    expect(count(splits, given.labels, 0, 'test')).toBe(12);
  });

  it('leaves most pictures where they were when some are added', () => {
    const before = pool([200]);
    const after = pool([210]);
    const fractions = { validation: 0.1, test: 0.1 };
    const [old, now] = [assignSplits(before, fractions, 1), assignSplits(after, fractions, 1)];
    const moved = old.filter((split, index) => split !== now[index]).length;
    expect(moved).toBeLessThan(10);
  });
});
