import type { LayersModel, Tensor } from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import type { ForwardMode } from '../../../src/learning/layers/layer-kind.js';
import { loadTfjsLayers } from '../../../src/learning/tfjs-layers/load-tfjs-layers.js';
import type { NetworkLayer } from '../../../src/learning/tfjs-layers/network.js';
import { decodeWeight } from '../../../src/learning/tfjs-layers/stored-weight.js';
import { forwardNetwork, inferenceMode } from '../../../src/learning/training/programs/forward-network.js';
import { asModelFiles, plainTfjs, pseudoRandom, randomizeWeights } from '../support/tfjs.js';
import { layerCases, type LayerCase } from './layer-cases.js';

const tf = await plainTfjs();
// Noise is random there; and tfjs cannot train a normalisation that lacks gamma or beta.
const untrainableInTfjs = /Dropout|GaussianNoise|without (?:scale|center)/;
const pictures = ([height, width, channels]: [number, number, number]) =>
  tf.tensor(pseudoRandom(3 * height * width * channels, 99), [3, height, width, channels]);

const training: ForwardMode = { ...inferenceMode, batchNormalization: 'batch' };

describe("a layer in tfjs' operations gives the values of plain tfjs", () => {
  it.each(layerCases)('$name, in use', async (layerCase) => {
    const { model, layers, input } = await prepare(layerCase);
    const x = pictures(input);
    expectClose(forward(layers, x, inferenceMode), model.predict(x) as Tensor);
  });

  it.each(layerCases.filter(({ name }) => !untrainableInTfjs.test(name)))(
    '$name, in training',
    async (layerCase) => {
      const { model, layers, input } = await prepare(layerCase);
      const x = pictures(input);
      expectClose(forward(layers, x, training), model.apply(x, { training: true }) as Tensor);
    },
  );
});

describe('noise in training', () => {
  const masked = (values: number[]): ForwardMode => ({
    ...training,
    dropoutMask: (_layer, shape) =>
      tf.tensor(
        Array.from({ length: tf.util.sizeFromShape(shape) }, (_, i) => values[i % 2] ?? 0),
        shape,
      ),
  });

  it('of a Dropout is the mask it is given', async () => {
    const { layers } = await prepare({
      name: 'Dropout',
      input: [2, 2, 1],
      build: (x) => tf.layers.dropout({ rate: 0.5 }).apply(x) as typeof x,
    });
    const output = forward(layers, tf.tensor([1, 2, 3, 4], [1, 2, 2, 1]), masked([0, 2]));
    expect([...output.dataSync()]).toEqual([0, 4, 0, 8]);
  });

  it.each(['GaussianNoise', 'GaussianDropout', 'AlphaDropout'])('of a %s is refused', async (name) => {
    const { layers } = await prepare(layerCases.find((layerCase) => layerCase.name === name) as LayerCase);
    expect(() => forward(layers, pictures([9, 10, 3]), masked([0, 2]))).toThrow(
      expect.objectContaining({
        code: 'TRAINING_LAYER_UNSUPPORTED',
        message: expect.stringMatching(`Layer .* \\(${name}\\) adds noise`) as string,
      }) as Error,
    );
  });
});

async function prepare({ input = [9, 10, 3], build }: LayerCase) {
  const source = tf.input({ shape: input });
  const model: LayersModel = tf.model({ inputs: source, outputs: build(source) });
  randomizeWeights(model);
  // The loader takes pictures of one or three channels; the layers themselves take any.
  const { layers } = await loadTfjsLayers(await asModelFiles(model), { input: { range: [0, 1] } });
  return { model, layers, input };
}

function forward(layers: NetworkLayer[], x: Tensor, mode: ForwardMode): Tensor {
  const weights = new Map(
    layers.flatMap((layer) =>
      layer.weights.map((weight) => [
        `${layer.name}/${weight.name}`,
        tf.tensor(decodeWeight(weight), weight.shape),
      ]),
    ),
  );
  return forwardNetwork(tf, layers, x, weights, mode);
}

function expectClose(actual: Tensor, expected: Tensor): void {
  expect(actual.shape).toEqual(expected.shape);
  const largest = tf.max(tf.abs(expected)).dataSync()[0] ?? 0;
  const difference = tf.max(tf.abs(tf.sub(actual, expected))).dataSync()[0] ?? Infinity;
  expect(largest).toBeGreaterThan(0);
  expect(difference / Math.max(largest, 1)).toBeLessThan(2e-5);
}
