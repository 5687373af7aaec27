import type { SymbolicTensor } from '@tensorflow/tfjs';
import { plainTfjs } from '../support/tfjs.js';

const { layers } = await plainTfjs();

type Build = (input: SymbolicTensor) => SymbolicTensor | SymbolicTensor[];
/** A small network around one kind of layer. */
export interface LayerCase {
  name: string;
  /** [height, width, channels]; odd sizes show every rounding. */
  input?: [number, number, number];
  build: Build;
}

/** Puts a layer behind tensors. */
export const apply = (
  layer: { apply(x: SymbolicTensor | SymbolicTensor[]): unknown },
  x: SymbolicTensor | SymbolicTensor[],
) => layer.apply(x) as SymbolicTensor;
const chain =
  (...parts: { apply(x: SymbolicTensor): unknown }[]): Build =>
  (x) =>
    parts.reduce((tensor, part) => part.apply(tensor) as SymbolicTensor, x);
const conv = (filters: number, kernelSize = 3) => layers.conv2d({ filters, kernelSize, padding: 'same' });

const windows = (['valid', 'same'] as const).flatMap((padding) =>
  ([1, 2, 3] as const).flatMap((stride) =>
    ([2, 3, 5] as const).flatMap((size) =>
      ([9, 10] as const).map((extent) => ({ padding, stride, size, extent })),
    ),
  ),
);

const windowed: LayerCase[] = windows.flatMap(({ padding, stride, size, extent }) => {
  const place = `${padding}, stride ${stride}, window ${size}, input ${extent}`;
  const input: [number, number, number] = [extent, extent + 1, 3];
  return [
    {
      name: `Conv2D ${place}`,
      input,
      build: chain(layers.conv2d({ filters: 4, kernelSize: [size, 3], strides: stride, padding })),
    },
    {
      name: `DepthwiseConv2D ${place}`,
      input,
      build: chain(
        layers.depthwiseConv2d({
          depthMultiplier: 2,
          kernelSize: [size, size],
          strides: [stride, stride],
          padding,
        }),
      ),
    },
    {
      name: `MaxPooling2D ${place}`,
      input,
      build: chain(layers.maxPooling2d({ poolSize: size, strides: stride, padding })),
    },
    {
      name: `AveragePooling2D ${place}`,
      input,
      build: chain(layers.averagePooling2d({ poolSize: size, strides: stride, padding })),
    },
    {
      name: `Conv2DTranspose ${place}`,
      input,
      build: chain(layers.conv2dTranspose({ filters: 2, kernelSize: size, strides: stride, padding })),
    },
  ];
});

const activations: LayerCase[] = [
  'linear',
  'relu',
  'relu6',
  'sigmoid',
  'hardSigmoid',
  'tanh',
  'elu',
  'selu',
  'softplus',
  'softsign',
  'swish',
  'mish',
  'gelu',
  'softmax',
  'logSoftmax',
].map((name) => ({
  name: `Activation ${name}`,
  build: chain(conv(5), layers.activation({ activation: name as 'relu' })),
}));

const others: LayerCase[] = [
  {
    name: 'Conv2D with dilation',
    build: chain(layers.conv2d({ filters: 3, kernelSize: 3, dilationRate: 2, padding: 'same' })),
  },
  {
    name: 'Conv2D without bias, with activation',
    build: chain(layers.conv2d({ filters: 3, kernelSize: 1, useBias: false, activation: 'relu6' })),
  },
  {
    name: 'SeparableConv2D',
    build: chain(
      layers.separableConv2d({
        filters: 4,
        kernelSize: 3,

        strides: 2,
        padding: 'same',
        activation: 'relu',
      }),
    ),
  },
  { name: 'BatchNormalization behind a convolution', build: chain(conv(4), layers.batchNormalization({})) },
  {
    name: 'BatchNormalization behind a depthwise convolution',
    build: chain(
      layers.depthwiseConv2d({ kernelSize: 3, useBias: false }),
      layers.batchNormalization({ epsilon: 0.01 }),
    ),
  },
  {
    name: 'BatchNormalization without scale',
    build: chain(conv(4), layers.batchNormalization({ scale: false })),
  },
  {
    name: 'BatchNormalization without center',
    build: chain(conv(4), layers.batchNormalization({ center: false })),
  },
  { name: 'BatchNormalization first', build: chain(layers.batchNormalization({ axis: 3 }), conv(2)) },
  {
    name: 'BatchNormalization on a vector',
    build: chain(layers.flatten(), layers.dense({ units: 6 }), layers.batchNormalization({})),
  },
  {
    name: 'BatchNormalization behind a convolution that others read too',
    build: (x) => {
      const shared = apply(conv(4), x);
      return apply(layers.add(), [apply(layers.batchNormalization({}), shared), shared]);
    },
  },
  { name: 'ReLU', build: chain(conv(3), layers.reLU()) },
  { name: 'ReLU with a maximum', build: chain(conv(3), layers.reLU({ maxValue: 6 })) },
  { name: 'LeakyReLU', build: chain(conv(3), layers.leakyReLU({ alpha: 0.2 })) },
  { name: 'LeakyReLU by default', build: chain(conv(3), layers.leakyReLU()) },
  { name: 'PReLU', build: chain(conv(3), layers.prelu()) },
  { name: 'PReLU with shared axes', build: chain(conv(3), layers.prelu({ sharedAxes: [1, 2] })) },
  { name: 'PReLU on a vector', build: chain(layers.flatten(), layers.dense({ units: 5 }), layers.prelu()) },
  { name: 'ELU', build: chain(conv(3), layers.elu()) },
  { name: 'ThresholdedReLU', build: chain(conv(3), layers.thresholdedReLU({ theta: 0.4 })) },
  { name: 'Softmax over channels', build: chain(conv(3), layers.softmax({ axis: -1 })) },
  { name: 'Dense on a picture', build: chain(layers.dense({ units: 5, activation: 'tanh' })) },
  { name: 'Dense without bias', build: chain(layers.flatten(), layers.dense({ units: 5, useBias: false })) },
  {
    name: 'Dense on a sequence',
    build: chain(layers.reshape({ targetShape: [-1, 6] }), layers.dense({ units: 4 })),
  },
  { name: 'Dropout', build: chain(conv(3), layers.dropout({ rate: 0.5 }), conv(2)) },
  { name: 'GaussianNoise', build: chain(layers.gaussianNoise({ stddev: 0.5 }), conv(2)) },
  { name: 'GaussianDropout', build: chain(layers.gaussianDropout({ rate: 0.5 }), conv(2)) },
  { name: 'AlphaDropout', build: chain(layers.alphaDropout({ rate: 0.5 }), conv(2)) },
  {
    name: 'ZeroPadding2D before a convolution',
    build: chain(
      layers.zeroPadding2d({
        padding: [
          [0, 1],
          [2, 1],
        ],
      }),
      layers.conv2d({ filters: 2, kernelSize: 3, strides: 2 }),
    ),
  },
  {
    name: 'ZeroPadding2D before a pooling',
    build: chain(layers.zeroPadding2d({ padding: 1 }), layers.maxPooling2d({ poolSize: 3, strides: 2 })),
  },
  { name: 'ZeroPadding2D last', build: chain(conv(2), layers.zeroPadding2d({ padding: [1, 2] })) },
  {
    name: 'Cropping2D',
    build: chain(
      layers.cropping2D({
        cropping: [
          [1, 2],
          [0, 3],
        ],
      }),
    ),
  },
  { name: 'GlobalAveragePooling2D', build: chain(conv(3), layers.globalAveragePooling2d({})) },
  { name: 'GlobalMaxPooling2D', build: chain(conv(3), layers.globalMaxPooling2d({})) },
  { name: 'Flatten', build: chain(conv(3), layers.flatten()) },
  {
    name: 'Flatten of one pixel',
    build: chain(
      layers.averagePooling2d({ poolSize: [9, 10] }),
      layers.flatten(),
      layers.dense({ units: 2 }),
    ),
  },
  { name: 'Reshape to a picture', build: chain(layers.reshape({ targetShape: [5, 6, 9] }), conv(2)) },
  {
    name: 'Reshape of a vector to a picture',
    build: chain(layers.globalAveragePooling2d({}), layers.reshape({ targetShape: [1, 1, 3] }), conv(3, 1)),
  },
  { name: 'Permute', build: chain(layers.permute({ dims: [3, 1, 2] }), conv(2)) },
  ...(['add', 'multiply', 'maximum', 'minimum', 'average'] as const).map((name) => ({
    name: `${name} of three`,
    build: (x: SymbolicTensor) =>
      apply(layers[name](), [apply(conv(3), x), apply(conv(3), x), apply(conv(3), x)]),
  })),
  {
    name: 'Multiply of a picture by a vector (squeeze and excite)',
    build: (x) => {
      const picture = apply(conv(4), x);
      const gate = apply(
        layers.dense({ units: 4, activation: 'sigmoid' }),
        apply(layers.globalAveragePooling2d({}), picture),
      );
      return apply(layers.multiply(), [picture, apply(layers.reshape({ targetShape: [1, 1, 4] }), gate)]);
    },
  },
  {
    name: 'Concatenate of channels',
    build: (x) => apply(layers.concatenate(), [apply(conv(3), x), apply(conv(5), x), x]),
  },
  {
    name: 'Concatenate of rows',
    build: (x) => apply(layers.concatenate({ axis: 1 }), [apply(conv(3), x), apply(conv(3), x)]),
  },
  {
    name: 'Concatenate of vectors',
    build: (x) =>
      apply(layers.concatenate(), [apply(layers.globalMaxPooling2d({}), x), apply(layers.flatten(), x)]),
  },
  { name: 'UpSampling2D nearest', build: chain(layers.upSampling2d({ size: [2, 3] }), conv(2)) },
  {
    name: 'UpSampling2D bilinear',
    build: chain(layers.upSampling2d({ size: [2, 2], interpolation: 'bilinear' })),
  },
  {
    name: 'Rescaling',
    build: chain(
      (layers as unknown as { rescaling(args: object): ReturnType<typeof layers.flatten> }).rescaling({
        scale: 2,
        offset: -1,
      }),
      conv(2),
    ),
  },
  {
    name: 'padded tensor read twice',
    build: (x) => {
      const padded = apply(layers.zeroPadding2d({ padding: 1 }), x);
      const convolved = apply(layers.conv2d({ filters: 3, kernelSize: 1 }), padded);
      return apply(layers.add(), [convolved, padded]);
    },
  },
];

/** Every kind of layer that the zoo accepts, in the configurations that matter. */
export const layerCases: LayerCase[] = [...windowed, ...activations, ...others];
