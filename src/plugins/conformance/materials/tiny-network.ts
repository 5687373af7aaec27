import { createRandom, drawNormal, type Random } from '../../../learning/random.js';
import { loadTfjsLayers } from '../../../learning/tfjs-layers/load-tfjs-layers.js';
import { filesInMemory, type ModelFile } from '../../../learning/tfjs-layers/model-files.js';
import { writeLayerShards } from '../../../learning/tfjs-layers/write-layer-shards.js';

/** Filters and stride of each block: convolution, batch normalisation, ReLU. */
const blocks = [
  { filters: 12, stride: 2 },
  { filters: 16, stride: 2 },
  { filters: 24, stride: 1 },
  { filters: 32, stride: 2 },
];

const formerClasses = 5;

/**
 * A real convolutional network of 12,000 weights, as the zoo keeps one: four blocks that can be cut apart, three of them
 * halving the picture, then average pooling and a softmax over five classes. Its weights are drawn from a fixed seed;
 * random filters tell colours and shapes apart well enough for a classifier on them.
 *
 * @see He et al., "Delving Deep into Rectifiers", 2015: the spread of the weights
 */
export async function tinyNetwork(size: { height: number; width: number }): Promise<ModelFile[]> {
  const random = createRandom(20_15);
  const weights: { name: string; shape: number[]; values: Float32Array }[] = [];
  const layers: { class_name: string; config: Record<string, unknown> }[] = [];
  let channels = 3;
  blocks.forEach(({ filters, stride }, index) => {
    const block = `block_${index + 1}`;
    const first = index === 0 ? { batch_input_shape: [null, size.height, size.width, 3] } : {};
    layers.push(
      {
        class_name: 'Conv2D',
        config: {
          name: `${block}_conv`,
          ...first,
          dtype: 'float32',
          filters,
          kernel_size: [3, 3],
          strides: [stride, stride],
          padding: 'same',
          activation: 'linear',
          use_bias: false,
        },
      },
      {
        class_name: 'BatchNormalization',
        config: { name: `${block}_bn`, axis: [3], epsilon: 1e-3, momentum: 0.99, center: true, scale: true },
      },
      { class_name: 'Activation', config: { name: `${block}_relu`, activation: 'relu' } },
    );
    const spread = Math.sqrt(2 / (9 * channels));
    weights.push(
      {
        name: `${block}_conv/kernel`,
        shape: [3, 3, channels, filters],
        values: draw(9 * channels * filters, () => spread * drawNormal(random)),
      },
      { name: `${block}_bn/gamma`, shape: [filters], values: draw(filters, () => between(random, 0.8, 1.2)) },
      { name: `${block}_bn/beta`, shape: [filters], values: draw(filters, () => 0.1 * drawNormal(random)) },
      {
        name: `${block}_bn/moving_mean`,
        shape: [filters],
        values: draw(filters, () => 0.1 * drawNormal(random)),
      },
      {
        name: `${block}_bn/moving_variance`,
        shape: [filters],
        values: draw(filters, () => between(random, 0.6, 1.4)),
      },
    );
    channels = filters;
  });
  layers.push(
    { class_name: 'GlobalAveragePooling2D', config: { name: 'pool' } },
    {
      class_name: 'Dense',
      config: { name: 'predictions', units: formerClasses, activation: 'softmax', use_bias: true },
    },
  );
  weights.push(
    {
      name: 'predictions/kernel',
      shape: [channels, formerClasses],
      values: draw(channels * formerClasses, () => 0.2 * drawNormal(random)),
    },
    { name: 'predictions/bias', shape: [formerClasses], values: new Float32Array(formerClasses) },
  );
  const json = {
    format: 'layers-model',
    generatedBy: 'keras',
    modelTopology: {
      keras_version: '2.15.0',
      model_config: { class_name: 'Sequential', config: { name: 'conformance', layers } },
    },
    weightsManifest: [
      {
        paths: ['weights.bin'],
        weights: weights.map(({ name, shape }) => ({ name, shape, dtype: 'float32' })),
      },
    ],
  };
  const asSaved = filesInMemory([
    { path: 'model.json', bytes: Buffer.from(JSON.stringify(json)) },
    { path: 'weights.bin', bytes: Buffer.concat(weights.map(({ values }) => Buffer.from(values.buffer))) },
  ]);
  const labels = ['anchor', 'bell', 'cloud', 'drum', 'echo'];
  return writeLayerShards(await loadTfjsLayers(asSaved, { labels, input: { range: [-1, 1] } }));
}

const draw = (length: number, next: () => number): Float32Array => Float32Array.from({ length }, next);

const between = (random: Random, low: number, high: number): number => low + (high - low) * random.next();
