import type { LayersModel } from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { createOnnxSession } from '../../../src/learning/engines/onnx-runtime.js';
import { layerKinds } from '../../../src/learning/layers/layer-kinds.js';
import { lowerNetwork } from '../../../src/learning/onnx/lower-network.js';
import { loadTfjsLayers } from '../../../src/learning/tfjs-layers/load-tfjs-layers.js';
import { asModelFiles, plainTfjs, predict, pseudoRandom, randomizeWeights } from '../support/tfjs.js';
import { apply, layerCases } from './layer-cases.js';

const tf = await plainTfjs();
const { layers } = tf;

describe('a lowered network gives the values of plain tfjs', () => {
  it.each(layerCases)('$name', async ({ input = [9, 10, 3], build }) => {
    const source = tf.input({ shape: input });
    const model = tf.model({ inputs: source, outputs: build(source) });
    await expectEqual(model, input);
  });

  it('for a Sequential network', async () => {
    const model = tf.sequential({
      layers: [
        layers.conv2d({ inputShape: [9, 9, 3], filters: 4, kernelSize: 3 }),
        layers.flatten(),
        layers.dense({ units: 3, activation: 'softmax' }),
      ],
    });
    await expectEqual(model, [9, 9, 3]);
  });

  it('for networks nested in networks', async () => {
    const inner = tf.sequential({
      name: 'inner',
      layers: [
        layers.conv2d({ inputShape: [9, 9, 3], filters: 4, kernelSize: 3 }),
        layers.batchNormalization({}),
      ],
    });
    const middleInput = tf.input({ shape: [9, 9, 3] });
    const middle = tf.model({
      name: 'middle',
      inputs: middleInput,
      outputs: apply(layers.reLU(), apply(inner, middleInput)),
    });
    const model = tf.sequential({
      layers: [
        middle as unknown as ReturnType<typeof layers.flatten>,
        layers.globalAveragePooling2d({}),
        layers.dense({ units: 2 }),
      ],
    });
    await expectEqual(model, [9, 9, 3]);
  });

  it('for every kind on the allow-list: none is left out here', () => {
    const seen = new Set<string>(['InputLayer']);
    for (const { input = [9, 10, 3], build } of layerCases) {
      const source = tf.input({ shape: input });
      const model = tf.model({ inputs: source, outputs: build(source) });
      model.layers.forEach((layer) => seen.add(layer.getClassName()));
    }
    expect([...layerKinds.keys()].filter((name) => !seen.has(name))).toEqual([]);
  });
});

async function expectEqual(model: LayersModel, input: [number, number, number]): Promise<void> {
  randomizeWeights(model);
  const batch = 3;
  const pictures = pseudoRandom(batch * input[0] * input[1] * input[2], 99);
  // The loader takes pictures of one or three channels; the layers themselves take any.
  const loaded = await loadTfjsLayers(await asModelFiles(model), { input: { range: [0, 1] } });
  const output = loaded.layers.at(-1)?.name ?? '';
  const lowered = lowerNetwork(
    loaded.layers,
    loaded.manifest.input,
    [{ layer: output, pooling: 'flatten' }],
    'float32',
  );
  const session = await createOnnxSession(lowered, 1);
  const [values = new Float32Array()] = await session.run(pictures, [batch, ...input]);
  await session.dispose();
  const expected = await predict(model, pictures, [batch, ...input]);
  expect(values.length).toBe(expected.length);
  const largest = expected.reduce((max, value) => Math.max(max, Math.abs(value)), 1);
  const difference = values.reduce(
    (max, value, i) => Math.max(max, Math.abs(value - (expected[i] ?? NaN))),
    0,
  );
  expect(difference / largest).toBeLessThan(2e-5);
  expect(largest).toBeGreaterThan(0);
}
