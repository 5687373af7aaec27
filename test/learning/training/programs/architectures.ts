import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs';
import { plainTfjs, randomizeWeights } from '../../support/tfjs.js';

const tf = await plainTfjs();
const { layers } = tf;

type Block = (x: SymbolicTensor) => SymbolicTensor;
const through =
  (...parts: { apply(x: SymbolicTensor): unknown }[]): Block =>
  (x) =>
    parts.reduce((tensor, part) => part.apply(tensor) as SymbolicTensor, x);
const join = (layer: { apply(x: SymbolicTensor[]): unknown }, ...tensors: SymbolicTensor[]) =>
  layer.apply(tensors) as SymbolicTensor;
const conv = (filters: number, kernelSize: number | [number, number], strides = 1): Block =>
  through(
    layers.conv2d({ filters, kernelSize, strides, padding: 'same', useBias: false }),
    layers.batchNormalization({}),
    layers.activation({ activation: 'relu' }),
  );

const network = (size: number, body: Block): LayersModel => {
  const input = tf.input({ shape: [size, size, 3] });
  const model = tf.model({ inputs: input, outputs: body(input) });
  randomizeWeights(model);
  return model;
};

/** Bottlenecks with shortcuts, one of them projected. */
export const smallResNet = (): LayersModel =>
  network(24, (x) => {
    let tensor = through(layers.maxPooling2d({ poolSize: 3, strides: 2, padding: 'same' }))(conv(8, 7, 2)(x));
    for (const [filters, strides] of [
      [4, 1],
      [8, 2],
    ] as const) {
      const main = through(
        layers.conv2d({ filters: filters * 4, kernelSize: 1 }),
        layers.batchNormalization({}),
      )(conv(filters, 3)(conv(filters, 1, strides)(tensor)));
      const shortcut = through(
        layers.conv2d({ filters: filters * 4, kernelSize: 1, strides }),
        layers.batchNormalization({}),
      )(tensor);
      tensor = through(layers.activation({ activation: 'relu' }))(join(layers.add(), main, shortcut));
    }
    return through(layers.globalAveragePooling2d({}), layers.dense({ units: 5 }))(tensor);
  });

/** Plain convolutions, dropout between dense layers. */
export const smallVgg = (): LayersModel =>
  network(16, (x) =>
    through(
      layers.conv2d({ filters: 4, kernelSize: 3, padding: 'same', activation: 'relu' }),
      layers.conv2d({ filters: 4, kernelSize: 3, padding: 'same', activation: 'relu' }),
      layers.maxPooling2d({ poolSize: 2, strides: 2 }),
      layers.conv2d({ filters: 8, kernelSize: 3, padding: 'same', activation: 'relu' }),
      layers.maxPooling2d({ poolSize: 2, strides: 2 }),
      layers.flatten(),
      layers.dense({ units: 12, activation: 'relu' }),
      layers.dropout({ rate: 0.5 }),
      layers.dense({ units: 5 }),
    )(x),
  );

/** Branches of different reach side by side, with average pooling in one. */
export const smallInception = (): LayersModel =>
  network(17, (x) => {
    const stem = through(layers.maxPooling2d({ poolSize: 3, strides: 2 }))(conv(6, 3)(x));
    const mixed = join(
      layers.concatenate(),
      conv(4, 1)(stem),
      conv(4, [1, 3])(conv(4, [3, 1])(stem)),
      conv(4, 3)(conv(3, 1)(stem)),
      conv(3, 1)(through(layers.averagePooling2d({ poolSize: 3, strides: 1, padding: 'same' }))(stem)),
    );
    return through(
      layers.globalAveragePooling2d({}),
      layers.dropout({ rate: 0.2 }),
      layers.dense({ units: 5 }),
    )(mixed);
  });
