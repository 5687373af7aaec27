import { describe, expect, it } from 'vitest';
import { estimateLine } from '../../../src/advisor/recommend/estimate-line.js';
import { recommend } from '../../../src/advisor/recommend/recommend.js';
import { builtIns, makeInput, makeMeasurements, makeModel } from './support.js';

const proxy = { name: 'prototypes', version: '1.0.0', estimates: true };
const input = makeInput({ strategies: [...builtIns, proxy] });
const line = (strategy: string, parameters: Record<string, unknown> = {}, versionId = 'first') => ({
  versionId,
  strategy,
  parameters,
});

describe('an estimate without a job', () => {
  it('is what an advice says of its own lines', () => {
    for (const { rank, ...candidate } of recommend(input).candidates) {
      expect(rank).toBeGreaterThan(0);
      expect(estimateLine(input, candidate)).toEqual(candidate);
    }
  });

  it('takes other parameters: epochs, and the probe at the layer that is named', () => {
    const seconds = (epochs: number) =>
      estimateLine(input, line('full-retraining', { epochs }))?.seconds?.value ?? 0;
    expect(seconds(20)).toBeGreaterThan(1.8 * seconds(10));
    const early = estimateLine(input, line('feature-extraction-svm', { layer: 'block1_add' }));
    expect(early?.accuracy?.value).toBeCloseTo(0.6, 2);
    expect(early?.reason).toContain('block1_add gets 60.0 %');
  });

  it('says that another size of pictures was not measured', () => {
    const other = estimateLine(input, line('full-retraining', { inputSize: 64 }));
    expect(other?.warnings.at(-1)).toContain('measured at 32 × 32 pixels');
    const own = estimateLine(input, line('full-retraining', { inputSize: 32 }));
    expect(own?.warnings.join()).not.toContain('measured at');
  });

  it('expects nothing of a random start, which was not studied', () => {
    const random = estimateLine(input, line('full-retraining', { initialization: 'random' }));
    expect(random?.accuracy).toBeNull();
    expect(random?.seconds?.value).toBeGreaterThan(0);
  });

  it('knows memory and bytes of a model that was not measured, and of a layer without a probe', () => {
    const bare = makeInput({ measurements: makeMeasurements([]), models: input.models });
    for (const [given, asked] of [
      [bare, line('full-retraining')],
      [input, line('feature-extraction-svm', { layer: 'pool' })],
    ] as const) {
      const found = estimateLine(given, asked);
      expect(found).toMatchObject({
        accuracy: null,
        reason: expect.stringContaining('An advice on the data set') as string,
      });
      expect(found?.peakMemoryBytes).toBeGreaterThan(0);
      expect(found?.storedBytes).toBeGreaterThan(0);
    }
    expect(estimateLine(bare, line('full-retraining'))?.seconds).toBeNull();
  });

  it('uses what was measured of a model that an advice dropped', () => {
    const measurements = makeMeasurements([makeModel({ state: 'DROPPED', pictures: 500 })]);
    const found = estimateLine(makeInput({ measurements }), line('partial-fine-tuning'));
    expect(found?.accuracy).not.toBeNull();
    expect(found?.warnings).toContainEqual(expect.stringContaining('Measured on 500 of 1,000'));
  });

  it('of a package is its own, of its defaults', () => {
    const estimate = {
      accuracy: { value: 0.8, standardError: 0.01 },
      seconds: 1,
      peakMemoryBytes: 1,
      storedBytes: 1,
    };
    const asked = {
      ...input,
      estimates: [{ versionId: 'first', strategy: 'prototypes', estimate, problem: null }],
    };
    expect(estimateLine(asked, line('prototypes'))?.accuracy?.value).toBeCloseTo(0.8, 6);
    expect(estimateLine(asked, line('prototypes', { shots: 3 }))?.reason).toContain(
      'asked about its defaults only',
    );
  });

  it('is none of a strategy or a model that is not there', () => {
    expect(estimateLine(input, line('nothing'))).toBeUndefined();
    expect(estimateLine(input, line('full-retraining', {}, 'second'))).toBeUndefined();
  });
});
