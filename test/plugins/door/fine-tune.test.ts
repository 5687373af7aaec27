import { expect, it } from 'vitest';
import {
  fineTune,
  fineTuningParameters,
  z,
  type FitContext,
  type FineTuningParameters,
  type TrainerSetup,
  type WeightPenalty,
} from '../../../src/plugins/plugin.js';

it('the recipe of the built-ins trains with a loss and a penalty of somebody else', async () => {
  const asked: TrainerSetup[] = [];
  const stop = new Error('far enough');
  const context = {
    parameters: z.object(fineTuningParameters).parse({ epochs: 3 }),
    imageCounts: { train: 100, validation: 20 },
    trainPerClass: [50, 50],
    trainer: (setup: TrainerSetup) => {
      asked.push(setup);
      return Promise.reject(stop);
    },
  } as unknown as FitContext<FineTuningParameters>;
  const penalty: WeightPenalty = (tf, weight) => tf.sum(tf.abs(weight));
  const cut = { layer: 'last', pooling: 'average' as const };
  const plan = { cut, head: 'random', initialization: 'random', views: 1, penalty, chosen: {} } as const;
  await expect(fineTune(context, plan)).rejects.toBe(stop);
  expect(asked).toMatchObject([{ cut, head: 'random', penalty, batchSize: 10, augmentation: 'strong' }]);
  expect(asked[0]).not.toHaveProperty('chosen');
});
