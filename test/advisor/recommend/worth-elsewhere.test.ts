import { describe, expect, it } from 'vitest';
import { fromLogOdds } from '../../../src/advisor/log-odds.js';
import { worthElsewhere, type ProbeElsewhere } from '../../../src/advisor/recommend/worth-elsewhere.js';

/** Probes of models on data sets of different difficulty, each model so many log-odds above the others. */
function probesOf(worth: Record<string, number>, levels: Record<string, number>): ProbeElsewhere[] {
  return Object.entries(levels).flatMap(([dataset, level]) =>
    Object.entries(worth).map(([versionId, own]) => ({
      versionId,
      dataset,
      accuracy: fromLogOdds(level + own),
      pictures: 1e6,
    })),
  );
}

const levels = Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`set ${at}`, (at % 7) - 3]));

describe('what models are worth on other data sets', () => {
  it('is what they differ by, however hard the data sets are', () => {
    const worth = worthElsewhere(probesOf({ good: 0.5, fair: 0, bad: -0.5 }, levels), 0.3);
    expect(worth.get('good')?.difference).toBeCloseTo(0.5, 1);
    expect(worth.get('fair')?.difference).toBeCloseTo(0, 5);
    expect(worth.get('bad')?.difference).toBeCloseTo(-0.5, 1);
    expect(worth.get('good')?.datasets).toBe(40);
  });

  it('does not mistake easy data sets for a good model', () => {
    const [easy, hard] = [{ easy: 3 }, { hard: -2, harder: -3 }];
    const probes = [
      ...probesOf({ first: 0, second: 0 }, easy),
      ...probesOf({ second: 0, third: 0 }, hard),
      { versionId: 'first', dataset: 'of its own', accuracy: 0.99, pictures: 1000 },
    ];
    const worth = worthElsewhere(probes, 0.3);
    for (const id of ['first', 'second', 'third']) expect(worth.get(id)?.difference).toBeCloseTo(0, 2);
  });

  it('is drawn to nothing where it was seen once, or on few pictures', () => {
    const once = worthElsewhere(probesOf({ good: 0.5, bad: -0.5 }, { one: 0 }), 0.3);
    expect(once.get('good')?.difference).toBeLessThan(0.35);
    const few = probesOf({ good: 0.5, bad: -0.5 }, { one: 0 }).map((probe) => ({ ...probe, pictures: 20 }));
    expect(worthElsewhere(few, 0.3).get('good')?.difference).toBeLessThan(
      (once.get('good')?.difference ?? 0) / 2,
    );
  });

  it('is not known of models that were measured beside no other', () => {
    const alone = probesOf({ alone: 0.2 }, { one: 0, two: 1 });
    expect(worthElsewhere([...alone, ...probesOf({ a: 0, b: 0 }, { three: 0 })], 0.3).has('alone')).toBe(
      false,
    );
    expect(worthElsewhere([], 0.3).size).toBe(0);
  });
});
