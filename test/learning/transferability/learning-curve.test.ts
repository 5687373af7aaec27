import { describe, expect, it } from 'vitest';
import { crossValidatedProbe } from '../../../src/learning/transferability/cross-validated-probe.js';
import { learningCurve } from '../../../src/learning/transferability/learning-curve.js';
import { makeUpFeatures, pickRows } from './made-up-features.js';

const made = { rows: 240, featureDim: 24, numClasses: 6, seed: 4, spread: 1.2 };
const options = { numClasses: 6, seed: 1, threads: 2 };

describe('a learning curve', () => {
  it('has a quarter, half and all of the pictures, and gains from them where there is more to learn', async () => {
    const curve = await learningCurve(makeUpFeatures(made), options);
    expect(curve?.points.map(({ pictures }) => pictures)).toEqual([60, 120, 240]);
    const [quarter, half, all] = curve?.points ?? [];
    expect(all?.accuracy).toBeGreaterThan(quarter?.accuracy ?? NaN);
    expect(curve?.gainPerDoubling).toBeCloseTo((all?.accuracy ?? NaN) - (half?.accuracy ?? NaN), 12);
  });

  it('ends with the probe of all pictures, and takes that from who has it', async () => {
    const features = makeUpFeatures(made);
    const probe = await crossValidatedProbe(features, options);
    const curve = await learningCurve(features, options);
    expect(curve?.points.at(-1)).toEqual({
      pictures: 240,
      accuracy: probe?.accuracy,
      standardError: probe?.standardError,
    });
    const known = await learningCurve(features, { ...options, all: { accuracy: 0.5, standardError: 0.1 } });
    expect(known?.points.at(-1)).toEqual({ pictures: 240, accuracy: 0.5, standardError: 0.1 });
    expect(known?.points.slice(0, 2)).toEqual(curve?.points.slice(0, 2));
  });

  it('is flat where a quarter says it all', async () => {
    const curve = await learningCurve(makeUpFeatures({ ...made, spread: 0.05 }), options);
    expect(curve?.points.map(({ accuracy }) => accuracy)).toEqual([1, 1, 1]);
    expect(curve?.gainPerDoubling).toBe(0);
  });

  it('leaves parts out in which nothing can be held out', async () => {
    const features = pickRows(
      makeUpFeatures(made),
      Array.from({ length: 12 }, (_, row) => row),
    );
    // Two pictures a class: half of them are one a class.
    expect(await learningCurve(features, options)).toBeNull();
    const four = pickRows(
      makeUpFeatures(made),
      Array.from({ length: 24 }, (_, row) => row),
    );
    expect((await learningCurve(four, options))?.points.map(({ pictures }) => pictures)).toEqual([12, 24]);
  });

  it('has no answer for one picture or none', async () => {
    expect(await learningCurve(pickRows(makeUpFeatures(made), [0]), options)).toBeNull();
    expect(await learningCurve(pickRows(makeUpFeatures(made), []), options)).toBeNull();
  });

  it('is the same for the same seed', async () => {
    const features = makeUpFeatures(made);
    expect(await learningCurve(features, options)).toEqual(await learningCurve(features, options));
  });

  it('refuses features with NaN, and stops once it is aborted', async () => {
    const features = makeUpFeatures(made);
    const reason = new Error('cancelled');
    await expect(learningCurve(features, { ...options, signal: AbortSignal.abort(reason) })).rejects.toBe(
      reason,
    );
    features.data[5] = NaN;
    await expect(learningCurve(features, options)).rejects.toMatchObject({ code: 'FEATURES_NOT_FINITE' });
  });
});
