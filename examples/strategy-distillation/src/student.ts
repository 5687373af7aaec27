import type { Sequential } from '@tensorflow/tfjs-layers';
import { createRandom } from 'modelzoo/learning';
import type { InputSpec, TfWithLayers } from 'modelzoo/plugin';

/** What decides the student's layers and the weights it starts from. */
export interface StudentPlan {
  /** Height and width of its pictures in pixels. */
  size: number;
  /** Filters of the first layer. */
  width: number;
  numClasses: number;
  seed: number;
  /** How the zoo prepares pictures for the base, and so for the student. */
  input: InputSpec;
}

/**
 * A small convolutional network: a layer that sees patches of 4 × 4 pixels, three separable convolutions that halve height and
 * width and double the filters, an average, and a Dense layer. 15,000 weights at a width of 16. Early layers that see every pixel
 * would be better, and take most of the time where tfjs has nothing but plain JavaScript.
 *
 * Every layer has a name, and every weight is drawn from the seed: tfjs would number and draw them otherwise each time.
 *
 * @param activation of the last layer: `linear` to train it, `softmax` to publish it
 * @returns dispose of it
 * @see Howard et al., "MobileNets", 2017, section 3.1: depthwise separable convolutions
 * @see Ioffe and Szegedy, "Batch Normalization", 2015
 */
export function createStudent(
  tf: TfWithLayers,
  { size, width, numClasses, seed, input }: StudentPlan,
  activation: 'linear' | 'softmax',
): Sequential {
  const random = createRandom(seed);
  const drawn = () => tf.initializers.heNormal({ seed: random.below(2 ** 31) });
  const block = (position: number) => [
    tf.layers.separableConv2d({
      name: `block_${position}`,
      filters: width * 2 ** position,
      kernelSize: 3,
      strides: 2,
      padding: 'same',
      useBias: false,
      depthwiseInitializer: drawn(),
      pointwiseInitializer: drawn(),
    }),
    ...normalized(`block_${position}`),
  ];
  const normalized = (name: string) => [
    // A training of a few hundred steps: the averages have to follow.
    tf.layers.batchNormalization({ name: `${name}_normalized`, momentum: 0.9 }),
    tf.layers.reLU({ name: `${name}_relu` }),
  ];
  return tf.sequential({
    name: 'student',
    layers: [
      tf.layers.rescaling({
        name: 'scaled',
        inputShape: [size, size, input.channels],
        ...toUnitRange(input),
      }),
      tf.layers.conv2d({
        name: 'patches',
        filters: width,
        kernelSize: 4,
        strides: 4,
        padding: 'same',
        useBias: false,
        kernelInitializer: drawn(),
      }),
      ...normalized('patches'),
      ...block(1),
      ...block(2),
      ...block(3),
      tf.layers.globalAveragePooling2d({ name: 'average' }),
      tf.layers.dense({ name: 'classes', units: numClasses, activation, kernelInitializer: drawn() }),
    ],
  });
}

/** Pictures come as the base takes them, which may be 0 to 255: brings the lowest value to −1 and the highest to 1. */
function toUnitRange({ range, mean, std }: InputSpec): { scale: number; offset: number } {
  const valuesOf = (end: number) => mean.map((value, channel) => (end - value) / (std[channel] ?? 1));
  const [low, high] = [Math.min(...valuesOf(range[0])), Math.max(...valuesOf(range[1]))];
  return { scale: 2 / (high - low), offset: -(high + low) / (high - low) };
}
