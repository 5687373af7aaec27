import { describe, expect, it } from 'vitest';
import { warmSpeed } from '../../../src/advisor/measure/warm-speed.js';

describe('the speed of a network that is warm', () => {
  it('leaves out the first batch, and one that waited', () => {
    const batches = [
      { pictures: 32, at: 2000 },
      { pictures: 32, at: 2100 },
      { pictures: 32, at: 2200 },
      { pictures: 32, at: 9000 },
      { pictures: 32, at: 9100 },
    ];
    expect(warmSpeed(batches)).toBeCloseTo(320);
  });

  it('is that of whole batches, not of what is left over or computed again', () => {
    const batches = [
      { pictures: 3, at: 1000 },
      { pictures: 32, at: 3000 },
      { pictures: 32, at: 3200 },
      { pictures: 32, at: 3400 },
      { pictures: 4, at: 3405 },
    ];
    expect(warmSpeed(batches)).toBeCloseTo(160);
  });

  it('is not known after one batch, two, or a part of one', () => {
    expect(warmSpeed([])).toBeNull();
    expect(warmSpeed([{ pictures: 32, at: 1000 }])).toBeNull();
    expect(
      warmSpeed([
        { pictures: 3, at: 1000 },
        { pictures: 18, at: 2000 },
      ]),
    ).toBeNull();
  });
});
