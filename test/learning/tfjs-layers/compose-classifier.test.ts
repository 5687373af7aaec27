import { describe, expect, it } from 'vitest';
import { createOnnxSession } from '../../../src/learning/engines/onnx-runtime.js';
import { lowerNetwork } from '../../../src/learning/onnx/lower-network.js';
import { composeBackbone, composeClassifier } from '../../../src/learning/tfjs-layers/compose-classifier.js';
import { loadTfjsLayers } from '../../../src/learning/tfjs-layers/load-tfjs-layers.js';
import { filesInMemory } from '../../../src/learning/tfjs-layers/model-files.js';
import type { LoadedModel } from '../../../src/learning/tfjs-layers/network.js';
import { decodeWeight } from '../../../src/learning/tfjs-layers/stored-weight.js';
import { writeLayerShards } from '../../../src/learning/tfjs-layers/write-layer-shards.js';
import { realModel } from '../support/real-models.js';
import {
  asModelFiles,
  loadWithPlainTfjs,
  plainTfjs,
  predict,
  pseudoRandom,
  randomizeWeights,
} from '../support/tfjs.js';

const tf = await plainTfjs();
const labels = ['cat', 'dog', 'horse'];

describe('composeClassifier on a real network', () => {
  it.each([
    {
      cut: { layer: 'out_relu', pooling: 'average' as const },
      features: 1280,
      activation: 'softmax' as const,
    },
    {
      cut: { layer: 'block_16_project_BN', pooling: 'flatten' as const },
      features: 7 * 7 * 320,
      activation: 'linear' as const,
    },
  ])(
    'gives the same predictions in plain tfjs: $cut.layer, $cut.pooling',
    async ({ cut, features, activation }) => {
      const base = await loadTfjsLayers(realModel('mobilenet_v2'));
      const weights = pseudoRandom(features * 3, 5).map((value) => value * 0.02);
      const { model, files } = composeClassifier(
        base,
        { cut, weights, bias: Float32Array.of(0.1, 0, -0.1), activation },
        labels,
      );
      expect(model.manifest.labels).toEqual(labels);
      await expectSamePredictions(model, files);
    },
  );

  it('keeps the shards of the layers it does not change, byte for byte', async () => {
    const base = await loadTfjsLayers(realModel('mobilenet_v2'));
    const baseShards = new Map(writeLayerShards(base).map((file) => [file.path, file.bytes]));
    const { files } = composeClassifier(
      base,
      {
        cut: { layer: 'out_relu', pooling: 'average' },
        weights: new Float32Array(1280 * 3),
        bias: new Float32Array(3),
        activation: 'linear',
      },
      labels,
    );
    const shards = files.filter((file) => file.path !== 'model.json');
    const added = shards.filter((file) => !baseShards.has(file.path));
    expect(added.map((file) => file.path)).toEqual(['weights/classifier.bin']);
    expect(shards.length).toBeGreaterThan(100);
    for (const file of shards) {
      const before = baseShards.get(file.path);
      if (before !== undefined) expect(Buffer.compare(file.bytes, before)).toBe(0);
    }
  });

  it('frees the input size that the old classifier pinned', async () => {
    const base = await loadTfjsLayers(realModel('mobilenet_v2'));
    expect(base.manifest.inputSizes).toMatchObject({ kind: 'pinned', height: 224, pinnedBy: 'dense_1' });
    const backbone = composeBackbone(base, 'out_relu');
    expect(backbone.model.manifest.inputSizes).toMatchObject({ kind: 'any' });
    const smaller = await loadTfjsLayers(filesInMemory(backbone.files), {
      input: { height: 96, width: 128 },
    });
    expect(smaller.manifest.outputShape).toEqual([null, 3, 4, 1280]);
    await expectSamePredictions(smaller, writeLayerShards(smaller));
  });

  it('works on a network of branches (InceptionV3) at a size of our own', async () => {
    const base = await loadTfjsLayers(realModel('inception_v3'));
    const backbone = composeBackbone(base, 'mixed10', 'average');
    const smaller = await loadTfjsLayers(filesInMemory(backbone.files), {
      input: { height: 107, width: 99 },
    });
    expect(smaller.manifest.outputShape).toEqual([null, 2048]);
    await expectSamePredictions(smaller, writeLayerShards(smaller));
  });

  it('names a classifier apart from a layer that is called so already', async () => {
    const base = await loadTfjsLayers(realModel('mobilenet_v2'));
    const fitted = {
      cut: { layer: 'out_relu', pooling: 'average' as const },
      weights: new Float32Array(1280 * 3),
      bias: new Float32Array(3),
      activation: 'linear' as const,
    };
    const once = composeClassifier(base, fitted, labels);
    const twice = composeClassifier(
      once.model,
      { ...fitted, cut: { layer: 'classifier', pooling: 'flatten' }, weights: new Float32Array(3 * 3) },
      labels,
    );
    expect(twice.files.at(-1)?.path).toBe('weights/classifier_1.bin');
  });

  it('refuses a layer that is not a cut point, and names some that are', async () => {
    const base = await loadTfjsLayers(realModel('mobilenet_v2'));
    const fitted = { weights: new Float32Array(3), bias: new Float32Array(3), activation: 'linear' as const };
    expect(() =>
      composeClassifier(base, { ...fitted, cut: { layer: 'block_2_expand', pooling: 'average' } }, labels),
    ).toThrow(
      expect.objectContaining({
        code: 'MODEL_CUT_UNKNOWN',
        message: expect.stringContaining('block_2_add') as string,
      }),
    );
  });

  it.each([
    { weights: new Float32Array(1280 * 2), bias: new Float32Array(3) },
    { weights: new Float32Array(1280 * 3), bias: new Float32Array(2) },
    { weights: new Float32Array(1280 * 3).fill(NaN), bias: new Float32Array(3) },
  ])('refuses a classifier that does not fit', async ({ weights, bias }) => {
    const base = await loadTfjsLayers(realModel('mobilenet_v2'));
    const cut = { layer: 'out_relu', pooling: 'average' as const };
    expect(() => composeClassifier(base, { cut, weights, bias, activation: 'linear' }, labels)).toThrow(
      expect.objectContaining({ code: 'CLASSIFIER_INVALID' }),
    );
  });
});

describe('composeClassifier on a Sequential network', () => {
  it('stays Sequential, and gives the same predictions in plain tfjs', async () => {
    const source = tf.sequential({
      layers: [
        tf.layers.conv2d({ inputShape: [12, 10, 3], filters: 4, kernelSize: 3, name: 'Conv_1' }),
        tf.layers.batchNormalization({ name: 'norm' }),
        tf.layers.reLU({ name: 'relu' }),
        tf.layers.flatten({ name: 'flat' }),
        tf.layers.dense({ units: 7, name: 'top' }),
      ],
    });
    randomizeWeights(source);
    const base = await loadTfjsLayers(await asModelFiles(source));
    const { model, files } = composeClassifier(
      base,
      {
        cut: { layer: 'relu', pooling: 'flatten' },
        weights: pseudoRandom(10 * 8 * 4 * 3),
        bias: new Float32Array(3),
        activation: 'softmax',
      },
      labels,
    );
    expect(model.topology).toBe('Sequential');
    await expectSamePredictions(model, files);
  });
});

/** Plain tfjs on the files and ONNX Runtime on the model agree on the same input; the files load again as they were. */
async function expectSamePredictions(
  model: LoadedModel,
  files: Parameters<typeof loadWithPlainTfjs>[0],
): Promise<void> {
  const { input } = model.manifest;
  const shape = [1, input.height, input.width, input.channels];
  const picture = pseudoRandom(
    shape.reduce((a, b) => a * b),
    3,
  ).map((value) => (value + 1) / 2);
  const output = model.layers.at(-1)?.name ?? '';
  const session = await createOnnxSession(
    lowerNetwork(model.layers, input, [{ layer: output, pooling: 'flatten' }], 'float32'),
    2,
  );
  const [scores = new Float32Array()] = await session.run(picture, shape);
  await session.dispose();

  const expected = await predict(await loadWithPlainTfjs(files), picture, shape);
  expect(scores.length).toBe(expected.length);
  const largest = expected.reduce((max, value) => Math.max(max, Math.abs(value)), 1);
  scores.forEach((score, i) => expect(Math.abs(score - (expected[i] ?? NaN)) / largest).toBeLessThan(1e-4));

  const again = writeLayerShards(await loadTfjsLayers(filesInMemory(files)));
  expect(again.map((file) => file.path)).toEqual(files.map((file) => file.path));
  again.forEach((file, i) => expect(Buffer.compare(file.bytes, files[i]?.bytes ?? Buffer.alloc(0))).toBe(0));
}

describe('composeClassifier with changed weights', () => {
  const classifier = {
    cut: { layer: 'out_relu', pooling: 'average' as const },
    weights: pseudoRandom(1280 * 3, 5).map((value) => value * 0.02),
    bias: new Float32Array(3),
    activation: 'softmax' as const,
  };
  const valuesOf = (model: LoadedModel, layer: string, name: string): Float32Array => {
    const weight = model.layers
      .find((candidate) => candidate.name === layer)
      ?.weights.find((candidate) => candidate.name === name);
    if (weight === undefined) throw new Error(`no weight ${layer}/${name}`);
    return decodeWeight(weight);
  };

  it('writes the files of those layers anew and gives the same predictions in plain tfjs', async () => {
    const base = await loadTfjsLayers(realModel('mobilenet_v2'));
    const before = new Map(writeLayerShards(base).map((file) => [file.path, file.bytes]));
    const kernel = valuesOf(base, 'block_16_project', 'kernel').map((value) => value * 1.1);
    const gamma = valuesOf(base, 'block_16_project_BN', 'gamma').map((value) => value + 0.01);
    const unchanged = valuesOf(base, 'block_15_project', 'kernel');
    const { model, files } = composeClassifier(
      base,
      {
        ...classifier,
        changed: {
          'block_16_project/kernel': kernel,
          'block_16_project_BN/gamma': gamma,
          'block_15_project/kernel': unchanged,
        },
      },
      labels,
    );
    const fresh = files.filter((file) => {
      const bytes = before.get(file.path);
      return bytes === undefined || Buffer.compare(file.bytes, bytes) !== 0;
    });
    expect(fresh.map(({ path }) => path).sort()).toEqual([
      'model.json',
      'weights/block_16_project.bin',
      expect.stringMatching(/^weights\/block_16_project_BN\.[0-9a-f]{8}\.bin$/),
      'weights/classifier.bin',
    ]);
    const readBack = await loadTfjsLayers(filesInMemory(files));
    expect(valuesOf(readBack, 'block_16_project', 'kernel')).toEqual(kernel);
    expect(valuesOf(readBack, 'block_16_project_BN', 'gamma')).toEqual(gamma);
    expect(valuesOf(readBack, 'block_16_project_BN', 'beta')).toEqual(
      valuesOf(base, 'block_16_project_BN', 'beta'),
    );
    await expectSamePredictions(model, files);
  });

  it.each([
    [{ 'Conv_1_bn/gamma': new Float32Array(3) }, /Conv_1_bn\/gamma.*3 values.*needs 1280/],
    [{ 'Conv_1_bn/gamma': new Float32Array(1280).fill(NaN) }, /Conv_1_bn\/gamma.*NaN at position 0/],
    [{ 'no_such_layer/kernel': new Float32Array(3) }, /no_such_layer\/kernel.*no such weight/],
  ])('refuses %j', async (changed, message) => {
    const base = await loadTfjsLayers(realModel('mobilenet_v2'));
    const compose = () => composeClassifier(base, { ...classifier, changed }, labels);
    expect(compose).toThrow(message);
    expect(compose).toThrow(expect.objectContaining({ code: 'CLASSIFIER_INVALID' }) as Error);
  });
});
