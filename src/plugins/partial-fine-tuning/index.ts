import { defineStrategy, fineTuningParameters, z } from '../plugin.js';
import { checkPartialFineTuning } from './check-partial-fine-tuning.js';

/** What a launcher can set. Everything may be left out. */
const partialFineTuningParameters = z.object({
  trainableFrom: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .meta({
      title: 'Trainable from',
      description:
        'Name of the first layer that trains; all before it stay frozen. Inside a block of branches the whole block trains. ' +
        'Left out: the last stage before the head, the last two for 2,000 training pictures or more. A stage is what ' +
        'lies between two halvings of the picture.',
      group: 'Network',
    }),
  views: z
    .int()
    .min(1)
    .max(64)
    .default(4)
    .meta({
      title: 'Views',
      description:
        'How many fixed variations of each training picture the frozen layers are run on and keep, the plain one among them; ' +
        'training takes them in turn, and no more are made than it comes to show. More are nearer to endless augmentation and ' +
        'take more time and disk.',
      group: 'Pictures',
      advanced: true,
    }),
  ...fineTuningParameters,
  layer: fineTuningParameters.layer.meta({
    title: 'Layer of the head',
    description:
      'Name of the layer that the new head reads; what the base model has behind it is dropped. Left out: the last one ' +
      'that still has height and width, or an earlier one whose features serve better in cross-validation.',
  }),
});

export type PartialFineTuningParameters = z.output<typeof partialFineTuningParameters>;

/**
 * The early layers stay frozen, the late ones train. A head is solved on the frozen network first, so that training
 * starts from the best linear classifier instead of tearing at good layers for the sake of a random head.
 *
 * @see Yosinski et al., "How transferable are features in deep neural networks?", 2014
 * @see Kumar et al., "Fine-Tuning can Distort Pretrained Features and Underperform Out-of-Distribution", 2022 (LP-FT)
 */
export default defineStrategy({
  name: 'partial-fine-tuning',
  version: '1.0.0',
  summary:
    'Solves a new head, then trains it with the last layers; the frozen ones run once per picture: minutes on a CPU.',
  parameters: partialFineTuningParameters,
  needs: { tasks: ['image-classification'], formats: ['tfjs-layers'], gpu: 'optional' },
  check: checkPartialFineTuning,
  load: () => import('./fit.js'),
});
