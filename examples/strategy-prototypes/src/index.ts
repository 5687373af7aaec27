import { defineStrategy, inputSizeParameter, z } from 'modelzoo/plugin';
import { checkPrototypes } from './check-prototypes.js';

/** What a launcher can set. Everything may be left out. */
const parameters = z.object({
  distance: z
    .enum(['cosine', 'euclidean'])
    .default('cosine')
    .meta({
      title: 'Distance',
      description:
        'By what the nearest prototype is found. cosine: the angle between features, seen from the mean of all classes. ' +
        'euclidean: the squared distance, as prototypical networks have it.',
    }),
  layer: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .meta({
      title: 'Layer',
      description:
        'Name of the layer after which the network is cut; its output, averaged over height and width, is the features. ' +
        'Left out: of the last layers at the three coarsest resolutions the one that serves the validation pictures best.',
    }),
  inputSize: inputSizeParameter,
});

export type PrototypeParameters = z.output<typeof parameters>;

/**
 * Every class is the mean of its training pictures' features, and a picture belongs to the nearest of these prototypes.
 * Nothing is solved and nothing is trained: it is done as soon as the features are there.
 *
 * @see Mensink, Verbeek, Perronnin and Csurka, "Distance-Based Image Classification: Generalizing to New Classes at
 *   Near-Zero Cost", 2013, section 3: nearest class mean
 * @see Snell, Swersky and Zemel, "Prototypical Networks for Few-shot Learning", 2017, section 2
 */
export default defineStrategy({
  name: 'prototypes',
  version: '1.1.0',
  summary:
    'Takes the mean of each class’s features as its prototype and names the nearest: a second, and no training.',
  parameters,
  needs: { tasks: ['image-classification'], formats: ['tfjs-layers'], gpu: 'none' },
  check: checkPrototypes,
  load: () => import('./fit.js'),
  estimate: () => import('./estimate.js'),
});
