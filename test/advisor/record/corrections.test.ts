import { describe, expect, it } from 'vitest';
import { createRandom, drawNormal } from '../../../src/learning/random.js';
import type { Promised } from '../../../src/advisor/advice.js';
import { fromLogOdds, logOdds } from '../../../src/advisor/log-odds.js';
import { calibration } from '../../../src/advisor/record/calibration.js';
import { corrections, correctPromise } from '../../../src/advisor/record/corrections.js';
import type { Outcome } from '../../../src/advisor/record/outcome.js';

/** So many test pictures that a share of them is what it is. */
const countless = Number.MAX_SAFE_INTEGER;

interface World {
  /** By how much results are better than expected, in log-odds. */
  bias: number;
  /** Their deviation over what the intervals say. */
  noise: number;
  count: number;
  seed: number;
}

/** A record of a zoo whose networks and pictures are not those of the study. */
function makeRecord({ bias, noise, count, seed }: World): Outcome[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, (_, index) => {
    const centre = logOdds(0.5 + 0.45 * random.next());
    const deviation = 0.1 + 0.3 * random.next();
    const promised = {
      value: fromLogOdds(centre),
      low: fromLogOdds(centre - 1.2816 * deviation),
      high: fromLogOdds(centre + 1.2816 * deviation),
    };
    const actual = fromLogOdds(centre + bias + noise * deviation * drawNormal(random));
    const family = index % 2 === 0 ? 'one' : 'other';
    return { family, promised, uncorrected: promised, actual, testPictures: countless };
  });
}

const corrected = (outcomes: readonly Outcome[], by: ReturnType<typeof corrections>): Outcome[] =>
  outcomes.map((outcome) => ({
    ...outcome,
    promised: correctPromise(outcome.uncorrected, by[outcome.family]),
  }));

describe('on the part of a record that they were not learnt from, corrections', () => {
  it.each([
    { what: 'promises that were too low', bias: 0.4, noise: 1 },
    { what: 'promises that were too high', bias: -0.5, noise: 1 },
    { what: 'intervals half as wide as they should be', bias: 0, noise: 2 },
    { what: 'intervals twice as wide as they should be', bias: 0, noise: 0.5 },
    { what: 'both', bias: 0.4, noise: 1.8 },
  ])('bring $what to hold 75 to 85 %', ({ bias, noise }) => {
    const record = makeRecord({ bias, noise, count: 4400, seed: 1 });
    const [learnt, held] = [record.slice(0, 400), record.slice(400)];
    const before = calibration(held).share ?? 0;
    const after = calibration(corrected(held, corrections(learnt))).share ?? 0;
    expect(Math.abs(before - 0.8)).toBeGreaterThan(0.12);
    expect(after).toBeGreaterThan(0.75);
    expect(after).toBeLessThan(0.85);
    const bettered = calibration(corrected(held, corrections(learnt))).meanError ?? 1;
    expect(Math.abs(bettered)).toBeLessThan(0.01 + Math.abs(calibration(held).meanError ?? 0) / 2);
  });

  it('leave promises that were right as they are', () => {
    const record = makeRecord({ bias: 0, noise: 1, count: 4400, seed: 2 });
    const after = calibration(corrected(record.slice(400), corrections(record.slice(0, 400)))).share ?? 0;
    expect(after).toBeGreaterThan(0.77);
    expect(after).toBeLessThan(0.84);
  });

  it('help after thirty outcomes already, on average over records', () => {
    const shares = Array.from({ length: 60 }, (_, seed) => {
      const record = makeRecord({ bias: 0.4, noise: 1.8, count: 330, seed });
      return calibration(corrected(record.slice(30), corrections(record.slice(0, 30)))).share ?? 0;
    });
    const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
    expect(mean).toBeGreaterThan(0.7);
    expect(mean).toBeLessThan(0.87);
    const uncorrected = calibration(makeRecord({ bias: 0.4, noise: 1.8, count: 4000, seed: 99 })).share ?? 1;
    expect(uncorrected).toBeLessThan(0.5);
  });

  it('do not undo themselves where each promise was made in the light of those before', () => {
    const record = makeRecord({ bias: 0.5, noise: 1.5, count: 600, seed: 3 });
    const made: Outcome[] = [];
    for (const outcome of record) {
      const by = made.length % 20 === 0 ? corrections(made) : lastUsed;
      lastUsed = by;
      made.push({ ...outcome, promised: correctPromise(outcome.uncorrected, by[outcome.family]) });
    }
    const late = calibration(made.slice(300)).share ?? 0;
    expect(late).toBeGreaterThan(0.74);
    expect(late).toBeLessThan(0.87);
    expect(corrections(made)['one']?.shift).toBeGreaterThan(0.35);
  });
});

let lastUsed: ReturnType<typeof corrections> = {};

describe('corrections', () => {
  const promise: Promised = { value: 0.7, low: 0.6, high: 0.8 };
  const outcome = (actual: number, changes: Partial<Outcome> = {}): Outcome => ({
    family: 'one',
    promised: promise,
    uncorrected: promise,
    actual,
    testPictures: countless,
    ...changes,
  });

  it('change nothing where there is no record', () => {
    expect(corrections([])).toEqual({});
    expect(correctPromise(promise, undefined)).toEqual(promise);
  });

  it('are of a family, and leave others alone', () => {
    expect(Object.keys(corrections([outcome(0.9), outcome(0.9, { family: 'other' })]))).toEqual([
      'one',
      'other',
    ]);
  });

  it('believe one outcome by a sixth', () => {
    const { shift, outcomes } = corrections([outcome(0.9)])['one'] ?? { shift: 0, outcomes: 0 };
    expect(outcomes).toBe(1);
    expect(shift).toBeCloseTo((logOdds(0.9) - logOdds(0.7)) / 6, 10);
  });

  it('believe all of a few test pictures no more than so few can say', () => {
    const perfect = (testPictures: number) => corrections([outcome(1, { testPictures })])['one']?.shift ?? 0;
    expect(perfect(20)).toBeCloseTo((logOdds(20.5 / 21) - logOdds(0.7)) / 6, 10);
    expect(perfect(2000)).toBeGreaterThan(perfect(20));
  });

  it('approach what is always off the more outcomes say so', () => {
    const shiftAfter = (count: number) =>
      corrections(Array<Outcome>(count).fill(outcome(0.9)))['one']?.shift ?? 0;
    const truth = logOdds(0.9) - logOdds(0.7);
    expect(shiftAfter(3)).toBeLessThan(shiftAfter(20));
    expect(shiftAfter(500)).toBeCloseTo(truth, 1);
  });

  it('widen by outcomes outside and narrow by outcomes at the centre', () => {
    const scale = (actuals: number[]) =>
      corrections(actuals.map((actual) => outcome(actual)))['one']?.scale ?? 0;
    expect(scale([0.3, 0.95, 0.35, 0.93, 0.4, 0.96])).toBeGreaterThan(1.2);
    expect(scale(Array<number>(100).fill(0.7))).toBeLessThan(0.5);
    expect(scale(Array<number>(100).fill(0.7))).toBeGreaterThan(0);
  });

  it('keep the value inside the interval, and all inside 0 to 1', () => {
    for (const correction of [
      { outcomes: 9, shift: 8, scale: 3 },
      { outcomes: 9, shift: -8, scale: 0.1 },
    ]) {
      for (const given of [promise, { value: 1, low: 0.9, high: 1 }, { value: 0, low: 0, high: 0 }]) {
        const { value, low, high } = correctPromise(given, correction);
        expect(0 <= low && low <= value && value <= high && high <= 1).toBe(true);
      }
    }
  });

  it('pass over outcomes that are no numbers, and stand an interval without width', () => {
    const certain = { value: 0.7, low: 0.7, high: 0.7 };
    const found = corrections([
      outcome(Number.NaN),
      outcome(0.8, { uncorrected: { ...promise, low: Number.NaN } }),
      outcome(0.8, { uncorrected: certain }),
    ]);
    expect(found['one']?.outcomes).toBe(1);
    expect(Number.isFinite(found['one']?.scale)).toBe(true);
  });

  it('are learnt from what was expected, not from what was promised in the light of earlier ones', () => {
    const promised = { value: 0.9, low: 0.8, high: 0.95 };
    expect(corrections([outcome(0.9, { promised })])).toEqual(corrections([outcome(0.9)]));
  });
});
