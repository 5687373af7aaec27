import { defineStrategy, fineTuningParameters, z } from '../plugin.js';
import { checkFullRetraining } from './check-full-retraining.js';

/** What a launcher can set. Everything may be left out. */
const fullRetrainingParameters = z.object({
  initialization: z
    .enum(['pretrained', 'random'])
    .default('pretrained')
    .meta({
      title: 'Initialization',
      description:
        'pretrained: from the base model’s weights, under a head that is solved first. random: only the architecture is ' +
        'kept and all weights are drawn anew, which needs many pictures and long training.',
      group: 'Network',
    }),
  ...fineTuningParameters,
});

export type FullRetrainingParameters = z.output<typeof fullRetrainingParameters>;

/**
 * Every layer trains: for many pictures, or for pictures unlike those that the network has seen.
 *
 * @see Kornblith et al., "Do Better ImageNet Models Transfer Better?", 2019: fine-tuning against training from random
 *   weights on twelve data sets
 * @see Kumar et al., "Fine-Tuning can Distort Pretrained Features and Underperform Out-of-Distribution", 2022 (LP-FT)
 */
export default defineStrategy({
  name: 'full-retraining',
  version: '1.0.0',
  summary:
    'Trains every layer, from the pretrained weights or from random ones: for large or very different data sets, hours on a CPU.',
  parameters: fullRetrainingParameters,
  needs: { tasks: ['image-classification'], formats: ['tfjs-layers'], gpu: 'optional' },
  check: checkFullRetraining,
  load: () => import('./fit.js'),
});
