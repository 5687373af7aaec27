import { describe, expect, it } from 'vitest';
import {
  createSampleOrder,
  type Sampling,
} from '../../../../src/learning/training/loop/batches/sample-order.js';

const labelsOf = (sizes: number[]) =>
  Int32Array.from(sizes.flatMap((size, label) => Array.from({ length: size }, () => label)));
const skewed = labelsOf([80, 16, 0, 4]);
const drawsPerClass = (rows: Int32Array, labels: Int32Array) => {
  const counts = [0, 0, 0, 0];
  for (const row of rows) counts[labels[row] ?? 0] = (counts[labels[row] ?? 0] ?? 0) + 1;
  return counts;
};

describe('the order of an epoch', () => {
  it('has every picture once, in an order of its own for every epoch and seed', () => {
    const orderOf = createSampleOrder(skewed, 4, 'instance-balanced', 1);
    const first = orderOf(0);
    expect([...first.rows].sort((a, b) => a - b)).toEqual([...skewed.keys()]);
    expect([...orderOf(1).rows]).not.toEqual([...first.rows]);
    expect([...createSampleOrder(skewed, 4, 'instance-balanced', 2)(0).rows]).not.toEqual([...first.rows]);
    expect([...orderOf(3).passes]).toEqual(Array.from({ length: 100 }, () => 3));
  });

  it.each<Sampling>(['instance-balanced', 'square-root', 'class-balanced'])(
    'is the same whether or not epochs before it were asked for (%s)',
    (sampling) => {
      const inTurn = createSampleOrder(skewed, 4, sampling, 9);
      const epochs = [0, 1, 2, 3, 4, 5].map((epoch) => inTurn(epoch));
      expect(createSampleOrder(skewed, 4, sampling, 9)(5)).toEqual(epochs[5]);
      expect(inTurn(2)).toEqual(epochs[2]);
    },
  );

  it('draws classes in proportion to √n, or equally often, in epochs of the same length', () => {
    const squareRoot = createSampleOrder(skewed, 4, 'square-root', 1)(0).rows;
    expect(drawsPerClass(squareRoot, skewed)).toEqual([60, 27, 0, 13]);
    const balanced = createSampleOrder(skewed, 4, 'class-balanced', 1)(0).rows;
    expect(drawsPerClass(balanced, skewed)).toEqual([34, 33, 0, 33]);
  });

  it('goes through a large class whole before a picture of it comes again, and through a small one evenly', () => {
    const orderOf = createSampleOrder(skewed, 4, 'class-balanced', 1);
    const passesOf = new Map<number, number[]>();
    for (let epoch = 0; epoch < 7; epoch++) {
      const { rows, passes } = orderOf(epoch);
      rows.forEach((row, at) => passesOf.set(row, [...(passesOf.get(row) ?? []), passes[at] ?? -1]));
    }
    // Passes count how often a picture came before, so no two draws of it are alike.
    for (const passes of passesOf.values()) {
      expect(passes.sort((a, b) => a - b)).toEqual([...passes.keys()]);
    }
    const times = (row: number) => passesOf.get(row)?.length ?? 0;
    const spreadOf = (label: number) => {
      const counts = [...skewed.keys()].filter((row) => skewed[row] === label).map(times);
      return [Math.min(...counts), Math.max(...counts)];
    };
    expect(spreadOf(0)).toEqual([2, 3]);
    expect(spreadOf(3)).toEqual([57, 58]);
  });

  it('mixes the classes over the epoch', () => {
    const { rows } = createSampleOrder(labelsOf([500, 500]), 2, 'class-balanced', 1)(0);
    const inFirstHalf = [...rows.subarray(0, 500)].filter((row) => row < 500).length;
    expect(inFirstHalf).toBeGreaterThan(200);
    expect(inFirstHalf).toBeLessThan(300);
  });
});
