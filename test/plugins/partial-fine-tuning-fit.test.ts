import { describe, expect, it } from 'vitest';
import type { FeatureCut, FitContext, LinearProbe, TrainerSetup } from '../../src/plugins/contract.js';
import { fit } from '../../src/plugins/partial-fine-tuning/fit.js';
import partialFineTuning from '../../src/plugins/partial-fine-tuning/index.js';
import { makeData, makeManifest } from './manifests.js';

const base = makeManifest();
const data = makeData([40, 40], 10, 10);

/** What a fit asks to be trained, where a layer's features serve as well as is said. */
async function setupOf(
  raw: Record<string, unknown>,
  accuracies: Record<string, number>,
): Promise<TrainerSetup> {
  const parameters = partialFineTuning.parameters.parse(raw);
  expect(partialFineTuning.check(base, data, parameters)).toEqual([]);
  let asked: TrainerSetup | undefined;
  const probe = (cut: FeatureCut): LinearProbe => ({
    cut,
    weights: Float32Array.of(1, -1),
    bias: new Float32Array(2),
    C: 1,
    crossValidated: { accuracy: accuracies[cut.layer] ?? 0, standardError: 0.01 },
  });
  const context: Partial<FitContext<typeof parameters>> = {
    parameters,
    base,
    classes: data.classes,
    imageCounts: { train: 80, validation: 10 },
    trainPerClass: data.splits.train.perClass,
    features: () =>
      Promise.resolve({ rows: 2, featureDim: 1, data: Float32Array.of(1, -1), labels: Int32Array.of(0, 1) }),
    requireMemory: () => Promise.resolve(),
    probes: (cuts) => Promise.resolve(cuts.map(probe)),
    trainer: (setup) => {
      asked = setup;
      return Promise.reject(new Error('seen enough'));
    },
    log: () => undefined,
  };
  await expect(fit(context as FitContext<typeof parameters>)).rejects.toThrow('seen enough');
  return asked as TrainerSetup;
}

describe('where the head sits', () => {
  it('leaves layers before it to freeze, though an earlier layer would serve better', async () => {
    // Nothing comes before block1_add that could stay frozen.
    const setup = await setupOf({}, { block2_out: 0.6, block1_add: 0.9 });
    expect(setup).toMatchObject({ cut: { layer: 'block2_out' }, frozenUpTo: 'block2_pad' });
  });

  it('may be the very layer that trains', async () => {
    const setup = await setupOf({ trainableFrom: 'block2_out' }, { block2_out: 0.6, block1_add: 0.9 });
    expect(setup).toMatchObject({ cut: { layer: 'block2_out' }, frozenUpTo: 'block1_add' });
  });

  it('has something that trains before it', async () => {
    const setup = await setupOf({ trainableFrom: 'block2_pad' }, { block2_out: 0.6, block1_add: 0.9 });
    expect(setup.cut.layer).toBe('block2_out');
  });
});

describe('views of the frozen layers’ output', () => {
  const views = async (raw: Record<string, unknown>) => (await setupOf(raw, { block2_out: 0.6 })).views;

  it('are as many as are asked for, but no more than are shown', async () => {
    expect(await views({})).toBe(4);
    expect(await views({ views: 7, epochs: 9 })).toBe(7);
    expect(await views({ epochs: 2 })).toBe(2);
  });

  it('are all of use where some pictures come more than once an epoch', async () => {
    expect(await views({ epochs: 2, classBalance: 'sampling' })).toBe(4);
  });
});
