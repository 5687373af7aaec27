import { describe, expect, it } from 'vitest';
import {
  learningRateAt,
  type Schedule,
} from '../../../../src/learning/training/loop/learning-rate/schedule.js';

const length = { stepsPerEpoch: 10, epochs: 5 };
const ratesOf = (schedule: Schedule) =>
  Array.from({ length: 50 }, (_, step) => learningRateAt(schedule, length, step));

describe('the schedule', () => {
  it('rises in equal parts while it warms up, and the first step already moves', () => {
    const rates = ratesOf({ kind: 'cosine', learningRate: 1, warmupEpochs: 0.5 });
    expect(rates.slice(0, 6).map((rate) => Number(rate.toFixed(12)))).toEqual([0.2, 0.4, 0.6, 0.8, 1, 1]);
  });

  it('falls along half a cosine: slowly, fast, slowly, to nearly zero', () => {
    const rates = ratesOf({ kind: 'cosine', learningRate: 2, warmupEpochs: 0 });
    expect(rates[0]).toBe(2);
    expect(rates[25]).toBeCloseTo(1, 12);
    expect(rates[10]).toBeCloseTo(1 + Math.cos(Math.PI / 5), 12);
    expect(rates[49]).toBeGreaterThan(0);
    expect(rates[49]).toBeLessThan(0.003);
    rates.slice(1).forEach((rate, at) => expect(rate).toBeLessThan(rates[at] ?? 0));
  });

  it('stays where it is constant', () => {
    const rates = ratesOf({ kind: 'constant', learningRate: 0.3, warmupEpochs: 1 });
    expect(rates.slice(9).every((rate) => rate === 0.3)).toBe(true);
    expect(rates[0]).toBeCloseTo(0.03, 12);
  });
});
