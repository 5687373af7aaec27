import { z } from 'zod';
import { inputSizeParameter } from '../parameters/input-size.js';

/**
 * Parameters that every strategy with a training loop has. What is left out gets a default that fits the size of the data
 * set; `choose-defaults.ts` says which and why.
 */
export const fineTuningParameters = {
  layer: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .meta({
      title: 'Layer of the head',
      description:
        'Name of the layer that the new head reads; what the base model has behind it is dropped. Left out: the last one ' +
        'that still has height and width.',
      group: 'Network',
    }),
  inputSize: inputSizeParameter,
  epochs: z
    .int()
    .min(1)
    .max(1000)
    .optional()
    .meta({
      title: 'Epochs',
      description:
        'Passes over the training pictures at most; training ends earlier when validation stops improving. Left out: by the ' +
        'size of the data set, more for a small one.',
      group: 'Training',
      unit: 'epochs',
    }),
  batchSize: z.int().min(1).max(1024).optional().meta({
    title: 'Batch size',
    description: 'Pictures per step. Left out: 32, fewer where there are less than 320 training pictures.',
    group: 'Training',
    unit: 'pictures',
  }),
  learningRate: z
    .union([z.literal('find'), z.number().min(1e-7).max(1)])
    .optional()
    .meta({
      title: 'Learning rate',
      description:
        'Highest learning rate, that of the head: a number, or "find" to try rising rates for a hundred steps first and take ' +
        'one that suits. Left out: what suits the optimizer.',
      group: 'Training',
    }),
  layerDecay: z.number().min(0.1).max(1).optional().meta({
    title: 'Learning-rate decay by depth',
    description:
      'Each block of layers further from the head learns at this times the rate of the one after it; 1: all at the same.',
    group: 'Training',
    advanced: true,
  }),
  optimizer: z
    .enum(['adamw', 'adam', 'sgd'])
    .default('adamw')
    .meta({
      title: 'Optimizer',
      description:
        'adamw: Adam with weight decay apart from the gradient, forgiving about the learning rate. sgd: stochastic gradient ' +
        'descent with Nesterov momentum, often the best once its rate is right. adam: with L2 penalty.',
      group: 'Training',
    }),
  momentum: z.number().min(0).max(0.999).default(0.9).meta({
    title: 'Momentum',
    description: 'Share of its past direction that sgd keeps. Without effect on the others.',
    group: 'Training',
    advanced: true,
  }),
  weightDecay: z.number().min(0).max(1).optional().meta({
    title: 'Weight decay',
    description:
      'Pull of kernels towards zero; biases and batch normalisation are spared. Left out: by optimizer.',
    group: 'Regularization',
    advanced: true,
  }),
  warmUpEpochs: z
    .number()
    .min(0)
    .max(100)
    .optional()
    .meta({
      title: 'Warm-up',
      description:
        'Epochs, or part of one, over which the learning rate rises to its highest before a cosine takes it to zero. Left ' +
        'out: a tenth of all epochs, at most 5.',
      group: 'Training',
      unit: 'epochs',
      advanced: true,
    }),
  clipNorm: z.number().min(0).max(1000).default(1).meta({
    title: 'Gradient clipping',
    description: 'Largest L2 norm of all gradients together; longer ones are scaled down to it. 0: none are.',
    group: 'Training',
    advanced: true,
  }),
  batchNormalization: z
    .enum(['auto', 'frozen', 'training'])
    .default('auto')
    .meta({
      title: 'Batch normalisation',
      description:
        'frozen: batch normalisation keeps its stored means and variances; its scale and shift train. training: it uses and ' +
        'follows those of each batch. auto: frozen for pretrained weights on fewer than 10,000 training pictures.',
      group: 'Network',
      advanced: true,
    }),
  dropout: z.number().min(0).max(0.9).default(0.2).meta({
    title: 'Dropout',
    description: 'Share of the features that is dropped at random before the head in training.',
    group: 'Regularization',
    advanced: true,
  }),
  augmentation: z
    .enum(['none', 'light', 'strong'])
    .optional()
    .meta({
      title: 'Augmentation',
      description:
        'How training pictures vary from pass to pass: light keeps most of the picture, mirrors it and changes light and ' +
        'colours a little; strong crops down to a third. Left out: light, strong for random weights.',
      group: 'Pictures',
    }),
  labelSmoothing: z.number().min(0).max(0.5).optional().meta({
    title: 'Label smoothing',
    description: 'Share of the target that is spread over all classes. Left out: 0, 0.1 for random weights.',
    group: 'Regularization',
    advanced: true,
  }),
  mixupAlpha: z.number().min(0).max(2).default(0).meta({
    title: 'Mixup',
    description:
      'Mixes pictures and their labels in pairs, in shares drawn from Beta(alpha, alpha); 0.1 to 0.4 is usual. 0: not.',
    group: 'Regularization',
    advanced: true,
  }),
  classBalance: z
    .enum(['auto', 'none', 'sampling', 'weights'])
    .default('auto')
    .meta({
      title: 'Class balance',
      description:
        'sampling: pictures of every class are drawn equally often. weights: pictures of rare classes count for more in the ' +
        'loss. auto: sampling where the largest class has more than three times the pictures of the smallest.',
      group: 'Pictures',
      advanced: true,
    }),
  patience: z
    .int()
    .min(1)
    .max(1000)
    .optional()
    .meta({
      title: 'Patience',
      description:
        'Epochs without a better validation loss after which training ends. The best weights are kept in any case. Left out: ' +
        'half of the epochs, at least 5.',
      group: 'Training',
      unit: 'epochs',
      advanced: true,
    }),
};

/** Those parameters as a strategy gets them, defaults filled in. */
export type FineTuningParameters = z.output<z.ZodObject<typeof fineTuningParameters>>;
