import { describe, expect, it } from 'vitest';
import { EarlyStopping } from '../../../../src/learning/training/loop/watch/early-stopping.js';

const scored = (calibratedLoss: number, loss = 2 * calibratedLoss) => ({
  loss,
  accuracy: 0.5,
  temperature: 1,
  calibratedLoss,
});

const watch = (stopping: EarlyStopping, losses: number[]) =>
  losses.map((loss, at) => ({
    isBest: stopping.observe(at + 1, scored(loss)),
    shouldStop: stopping.shouldStop,
  }));

describe('early stopping', () => {
  it('waits as many epochs as its patience since the last improvement', () => {
    const seen = watch(new EarlyStopping({ patience: 2, minDelta: 0 }, 0), [5, 4, 4.5, 3, 3, 3.5]);
    expect(seen.map(({ isBest }) => isBest)).toEqual([true, true, false, true, false, false]);
    expect(seen.map(({ shouldStop }) => shouldStop)).toEqual([false, false, false, false, false, true]);
  });

  it('keeps weights that are better by little, but does not wait for more of that', () => {
    const stopping = new EarlyStopping({ patience: 2, minDelta: 0.1 }, 0);
    const seen = watch(stopping, [1, 0.95, 0.92]);
    expect(seen.map(({ isBest }) => isBest)).toEqual([true, true, true]);
    expect(stopping.shouldStop).toBe(true);
    expect(stopping.state).toMatchObject({ bestEpoch: 3, best: { calibratedLoss: 0.92 } });
  });

  it('adds small falls up: slow progress is progress', () => {
    const stopping = new EarlyStopping({ patience: 3, minDelta: 0.1 }, 0);
    watch(stopping, [1, 0.95, 0.89, 0.85, 0.78, 0.7, 0.65]);
    expect(stopping.shouldStop).toBe(false);
  });

  it('goes by what is told apart, not by how sure the network is of it', () => {
    const stopping = new EarlyStopping({ patience: 1, minDelta: 0 }, 0);
    expect(stopping.observe(1, scored(1, 1))).toBe(true);
    expect(stopping.observe(2, scored(0.8, 3))).toBe(true);
    expect(stopping.shouldStop).toBe(false);
  });

  it('does not wait while the learning rate warms up', () => {
    const losses = [1, 2, 2, 2, 2, 2];
    const seen = watch(new EarlyStopping({ patience: 2, minDelta: 0 }, 3), losses);
    expect(seen.map(({ shouldStop }) => shouldStop)).toEqual([false, false, false, false, true, true]);
  });

  it('never stops without patience, and still knows the best epoch', () => {
    const stopping = new EarlyStopping(undefined, 0);
    expect(watch(stopping, [3, 2, 9, 9, 9]).some(({ shouldStop }) => shouldStop)).toBe(false);
    expect(stopping.state.bestEpoch).toBe(2);
  });
});
