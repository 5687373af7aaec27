import { defineStrategy, inputSizeParameter, z } from 'modelzoo/plugin';
import { checkDistillation } from './check-distillation.js';

/** What a launcher can set. Everything may be left out. */
const parameters = z.object({
  temperature: z
    .number()
    .min(1)
    .max(20)
    .default(3)
    .meta({
      title: 'Temperature',
      description:
        'What logits are divided by where the student is held against the teacher: the higher, the more the teacher says of ' +
        'the classes that a picture does not belong to.',
    }),
  softWeight: z.number().min(0).max(1).default(0.7).meta({
    title: 'Weight of the teacher',
    description:
      'Share of the loss that the teacher’s probabilities have; the rest is for the true labels. 0: no teacher.',
  }),
  epochs: z.int().min(1).max(1000).optional().meta({
    title: 'Epochs',
    description:
      'Passes over the training pictures. Left out: as many as show 12,000 pictures, 10 at least and 60 at most.',
  }),
  learningRate: z.number().min(1e-5).max(1).default(0.05).meta({
    title: 'Learning rate',
    description:
      'Of the first steps; it rises to this over the first epoch and falls to zero along a cosine.',
  }),
  studentSize: z.int().min(16).max(256).default(64).meta({
    title: 'Student’s size',
    unit: 'pixels',
    description:
      'Height and width at which pictures enter the student. Training takes four times as long at twice the size.',
  }),
  width: z.int().min(4).max(128).default(16).meta({
    title: 'Student’s width',
    unit: 'filters',
    description:
      'Filters of the student’s first layer; the layers behind it have two, four and eight times as many.',
  }),
  variation: z.boolean().default(true).meta({
    title: 'Variation',
    description:
      'Whether training pictures are mirrored and moved at random. Switch it off where left and right mean something, as in writing.',
  }),
  inputSize: inputSizeParameter,
});

export type DistillationParameters = z.output<typeof parameters>;

/**
 * A small network learns from a large one: not only which class a picture belongs to, but how much the large network takes
 * it for each of the others. What comes out is the small network alone.
 *
 * @see Hinton, Vinyals and Dean, "Distilling the Knowledge in a Neural Network", 2015, section 2
 */
export default defineStrategy({
  name: 'distillation',
  version: '1.0.0',
  summary:
    'Trains a small network of its own on what the base model says of the pictures: a model for places with little room.',
  parameters,
  needs: { tasks: ['image-classification'], formats: ['tfjs-layers'], gpu: 'optional' },
  check: checkDistillation,
  load: () => import('./fit.js'),
});
