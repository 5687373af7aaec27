import { describe, expect, it } from 'vitest';
import type { Standing } from '../../../src/advisor/measure/better-half.js';
import { halve, type Contestant } from '../../../src/advisor/measure/halve.js';

/** Costs a second to start and a second per picture, or as many times that as it is slow; the clock goes on by it. */
class Model implements Contestant {
  pictures = 0;
  standing: Standing | null = null;
  left = false;
  readonly limit: number;
  readonly parameterCount: number;

  constructor(
    readonly name: string,
    private readonly clock: Clock,
    private readonly accuracy: (pictures: number) => Standing | null,
    private readonly facts: { limit?: number; starts?: boolean; slowness?: number } = {},
  ) {
    this.limit = facts.limit ?? Infinity;
    this.parameterCount = this.#slowness;
  }

  get #slowness(): number {
    return this.facts.slowness ?? 1;
  }

  start(): Promise<boolean> {
    this.clock.spent += this.#slowness;
    return Promise.resolve(this.facts.starts ?? true);
  }

  secondsTo(pictures: number): number {
    return (pictures - this.pictures) * this.#slowness;
  }

  picturesWithin(seconds: number, limit: number): number {
    return Math.min(limit, this.pictures + Math.max(0, Math.floor(seconds / this.#slowness)));
  }

  measure(pictures: number): Promise<boolean> {
    this.clock.spent += this.secondsTo(pictures);
    this.pictures = pictures;
    this.standing = this.accuracy(pictures);
    return Promise.resolve(true);
  }

  leave(): Promise<void> {
    this.left = true;
    return Promise.resolve();
  }
}

interface Clock {
  spent: number;
  budget: number;
}

const sure = (accuracy: number) => (): Standing => ({ accuracy, standardError: 0.001 });
const unsure = (accuracy: number) => (): Standing => ({ accuracy, standardError: 0.1 });

async function run(budget: number, models: (clock: Clock) => Model[], sizes = [10, 20, 40]) {
  const clock = { spent: 0, budget };
  const contestants = models(clock);
  const rungs: [number, string[]][] = [];
  const dropped: [string, string][] = [];
  const { last, notReached } = await halve({
    contestants,
    sizes,
    remainingSeconds: () => clock.budget - clock.spent,
    onRung: (pictures, those) => rungs.push([pictures, those.map(({ name }) => name)]),
    onDropped: (one, best) => {
      dropped.push([one.name, best.name]);
      return Promise.resolve();
    },
  });
  const names = (list: Model[]) => list.map(({ name, pictures }) => `${name} ${pictures}`);
  return { last: names(last), notReached: names(notReached), rungs, dropped, clock, contestants };
}

describe('successive halving', () => {
  it('drops the worse half after each rung, and takes a single one straight to the end', async () => {
    const outcome = await run(1e6, (clock) => [
      new Model('fair', clock, sure(0.5)),
      new Model('bad', clock, sure(0.2)),
      new Model('good', clock, sure(0.8)),
      new Model('poor', clock, sure(0.3)),
    ]);
    expect(outcome.rungs).toEqual([
      [10, ['fair', 'bad', 'good', 'poor']],
      [20, ['good', 'fair']],
      [40, ['good']],
    ]);
    expect(outcome.dropped).toEqual([
      ['bad', 'good'],
      ['poor', 'good'],
      ['fair', 'good'],
    ]);
    expect(outcome.last).toEqual(['good 40']);
  });

  it('keeps those that nobody can tell from the best, where the time holds all of them', async () => {
    const models = (clock: Clock) => [
      new Model('a', clock, unsure(0.5)),
      new Model('b', clock, unsure(0.52)),
      new Model('worse', clock, unsure(0.1)),
    ];
    expect((await run(1e6, models)).last).toEqual(['b 40', 'a 40']);
    // 3 to start, 30 for the first rung; 60 would take both to the end.
    const tight = await run(3 + 30 + 59, (clock) => [...models(clock)].slice(0, 2));
    expect(tight.dropped).toEqual([]);
    const tighter = await run(2 + 20 + 59, (clock) => [...models(clock)].slice(0, 2));
    expect(tighter.dropped).toEqual([['a', 'b']]);
  });

  it('does not reach a model that the time left does not hold, and lets go of one that was looked at', async () => {
    const outcome = await run(14, (clock) => [
      new Model('first', clock, sure(0.4)),
      new Model('second', clock, sure(0.9)),
      new Model('third', clock, sure(0.9)),
    ]);
    expect(outcome.notReached).toEqual(['second 0', 'third 0']);
    expect(outcome.contestants.map(({ left }) => left)).toEqual([false, true, true]);
    // What is left takes the first further, though not through a whole rung.
    expect(outcome.last).toEqual(['first 10']);
    expect(outcome.clock.spent).toBeLessThanOrEqual(14);
  });

  it('passes over one that is too slow for a rung, for those behind it that are not', async () => {
    const outcome = await run(40, (clock) => [
      new Model('slow', clock, sure(0.9), { slowness: 5 }),
      new Model('quick', clock, sure(0.5)),
    ]);
    expect(outcome.rungs[0]).toEqual([10, ['quick']]);
    expect(outcome.notReached).toEqual(['slow 0']);
    // Too slow is everyone: the one that comes furthest.
    const short = await run(14, (clock) => [
      new Model('slow', clock, sure(0.9), { slowness: 5 }),
      new Model('less slow', clock, sure(0.5), { slowness: 2 }),
    ]);
    expect(short.last).toEqual(['less slow 3']);
  });

  it('takes the best as far as the time goes, and leaves the others where they are', async () => {
    const outcome = await run(2 + 20 + 15, (clock) => [
      new Model('a', clock, unsure(0.6)),
      new Model('b', clock, unsure(0.5)),
    ]);
    expect(outcome.last).toEqual(['a 25']);
    expect(outcome.dropped).toEqual([['b', 'a']]);
    expect(outcome.rungs.at(-1)).toEqual([25, ['a']]);
  });

  it('always measures the first, though there is no time at all', async () => {
    const outcome = await run(0, (clock) => [
      new Model('a', clock, sure(0.6)),
      new Model('b', clock, sure(0.5)),
    ]);
    expect(outcome.last).toEqual(['a 1']);
    expect(outcome.notReached).toEqual(['b 0']);
  });

  it('goes on without those that cannot take part', async () => {
    const outcome = await run(1e6, (clock) => [
      new Model('broken', clock, sure(0.9), { starts: false }),
      new Model('whole', clock, sure(0.5)),
    ]);
    expect(outcome.last).toEqual(['whole 40']);
    expect(outcome.notReached).toEqual([]);
  });

  it('ends where all that is left can see no more pictures', async () => {
    const outcome = await run(1e6, (clock) => [
      new Model('a', clock, unsure(0.5), { limit: 15 }),
      new Model('b', clock, unsure(0.5), { limit: 15 }),
    ]);
    expect(outcome.last).toEqual(['a 15', 'b 15']);
  });

  it('goes by the order in which they came where nothing can be said of any', async () => {
    const outcome = await run(1e6, (clock) => [
      new Model('a', clock, () => null),
      new Model('b', clock, () => null),
    ]);
    expect(outcome.last).toEqual(['a 40']);
    expect(outcome.dropped).toEqual([['b', 'a']]);
  });
});
