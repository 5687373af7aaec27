import { defineStrategy, inputSizeParameter, z } from 'modelzoo/plugin';
import { checkL2Sp } from './check-l2-sp.js';

/** What a launcher can set. Everything may be left out. */
const parameters = z.object({
  alpha: z
    .number()
    .min(0)
    .max(10)
    .default(0.01)
    .meta({
      title: 'Alpha',
      description:
        'How strongly weights of the base model are pulled back to where they started: half of alpha times the squared ' +
        'distance is added to the loss. 0: not at all.',
    }),
  beta: z
    .number()
    .min(0)
    .max(10)
    .default(0.01)
    .meta({ title: 'Beta', description: 'How strongly the weights of the new head are pulled to zero.' }),
  learningRate: z.number().min(1e-6).max(1).default(0.05).meta({
    title: 'Learning rate',
    description: 'Of the first two thirds of all steps; the last third takes a tenth of it.',
  }),
  epochs: z.int().min(1).max(1000).optional().meta({
    title: 'Epochs',
    description:
      'Passes over the training pictures. Left out: as many as show 30,000 pictures, 5 at least and 30 at most.',
  }),
  batchSize: z.int().min(1).max(1024).optional().meta({
    title: 'Batch size',
    unit: 'pictures',
    description: 'Pictures in a step. Left out: 32, fewer where there are less than 320 training pictures.',
  }),
  frozenUpTo: z.string().min(1).max(200).optional().meta({
    title: 'Frozen up to',
    description: 'Name of the layer up to which nothing trains. Left out: every layer trains.',
  }),
  inputSize: inputSizeParameter,
});

export type L2SpParameters = z.output<typeof parameters>;

/**
 * Fine-tuning that knows where it came from: not only is the pretrained network the start, every weight is also pulled back to it,
 * so that what the network learned before is given up only for a gain in the loss.
 *
 * @see Li, Grandvalet and Davoine, "Explicit Inductive Bias for Transfer Learning with Convolutional Networks", 2018,
 *   section 3: the penalty L2-SP
 */
export default defineStrategy({
  name: 'l2-sp',
  version: '1.0.0',
  summary:
    'Solves a head, then trains the network while every weight is pulled back to its pretrained value.',
  parameters,
  needs: { tasks: ['image-classification'], formats: ['tfjs-layers'], gpu: 'optional' },
  check: checkL2Sp,
  load: () => import('./fit.js'),
});
