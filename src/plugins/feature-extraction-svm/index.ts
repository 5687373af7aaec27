import { defineStrategy, inputSizeParameter, z } from '../plugin.js';
import { checkFeatureExtraction } from './check-feature-extraction.js';

/** What a launcher can set. Everything may be left out. */
const featureExtractionParameters = z.object({
  classifier: z
    .enum(['svm', 'softmax'])
    .default('svm')
    .meta({
      title: 'Classifier',
      description:
        'svm: linear support vector machines, one class against the rest, squared hinge loss; gives margins. ' +
        'softmax: multinomial logistic regression; gives probabilities.',
      group: 'Classifier',
    }),
  layer: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .meta({
      title: 'Layer',
      description:
        'Name of the layer after which the network is cut; its output is the features. Left out: the last layers of the ' +
        'three coarsest resolutions are compared by cross-validation on the training pictures.',
      group: 'Network',
    }),
  pooling: z.enum(['average', 'flatten']).default('average').meta({
    title: 'Pooling',
    description:
      'What becomes of a height × width × channels tensor: average over height and width, or flatten to one long vector.',
    group: 'Network',
  }),
  C: z
    .number()
    .min(1e-6)
    .max(1e6)
    .optional()
    .meta({
      title: 'C',
      description:
        'Inverse strength of the L2 regularisation, on features scaled so that a typical picture has length 1. ' +
        'Left out: chosen by cross-validation on the training pictures.',
      group: 'Classifier',
    }),
  inputSize: inputSizeParameter,
  folds: z.int().min(2).max(20).default(5).meta({
    title: 'Folds',
    description: 'Parts of the cross-validation that chooses C. Without effect when C is given.',
    group: 'Classifier',
    advanced: true,
  }),
  maxIterations: z.int().min(1).max(1000).default(100).meta({
    title: 'Most Newton steps',
    description:
      'Newton steps per value of C at most; the solver stops earlier once the duality gap is small.',
    group: 'Classifier',
    advanced: true,
    unit: 'steps',
  }),
});

export type FeatureExtractionParameters = z.output<typeof featureExtractionParameters>;

/**
 * The frozen network as a feature extractor with a linear classifier on top: the fastest way to adapt a model, and
 * the right one when pictures are few and resemble what the network was trained on.
 *
 * @see Donahue et al., "DeCAF: A Deep Convolutional Activation Feature for Generic Visual Recognition", 2014
 * @see Kornblith et al., "Do Better ImageNet Models Transfer Better?", 2019, section 4.1
 */
export default defineStrategy({
  name: 'feature-extraction-svm',
  version: '1.0.0',
  summary:
    'Keeps the network as it is and solves a linear classifier (SVM or softmax) on its features: seconds to minutes on a CPU.',
  parameters: featureExtractionParameters,
  needs: { tasks: ['image-classification'], formats: ['tfjs-layers'], gpu: 'none' },
  check: checkFeatureExtraction,
  load: () => import('./fit.js'),
});
