import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createOnnxSession } from '../../../src/learning/engines/onnx-runtime.js';
import { lowerNetwork } from '../../../src/learning/onnx/lower-network.js';
import { loadTfjsLayers } from '../../../src/learning/tfjs-layers/load-tfjs-layers.js';
import { filesInMemory, type ModelFile } from '../../../src/learning/tfjs-layers/model-files.js';
import { writeLayerShards } from '../../../src/learning/tfjs-layers/write-layer-shards.js';
import { loadWithPlainTfjs, plainTfjs, predict } from '../support/tfjs.js';

await plainTfjs();

/** Made by Keras itself: see make-keras3.py beside it. */
const fixture = JSON.parse(readFileSync(new URL('../fixtures/keras3.json', import.meta.url), 'utf8')) as {
  modelTopology: object;
  weights: { name: string; shape: number[]; values: number[] }[];
  picture: number[];
  prediction: number[];
};

const files: ModelFile[] = [
  {
    path: 'model.json',
    bytes: Buffer.from(
      JSON.stringify({
        format: 'layers-model',
        modelTopology: fixture.modelTopology,
        weightsManifest: [
          {
            paths: ['group1-shard1of1.bin'],
            weights: fixture.weights.map(({ name, shape }) => ({ name, shape, dtype: 'float32' })),
          },
        ],
      }),
    ),
  },
  {
    path: 'group1-shard1of1.bin',
    bytes: new Uint8Array(Float32Array.from(fixture.weights.flatMap(({ values }) => values)).buffer),
  },
];
const shape = [1, 17, 15, 3];
const picture = Float32Array.from(fixture.picture);

describe('a network that Keras 3 saved', () => {
  it('runs with the values Keras computed', async () => {
    const model = await loadTfjsLayers(filesInMemory(files));
    const network = lowerNetwork(
      model.layers,
      model.manifest.input,
      [{ layer: 'top', pooling: 'flatten' }],
      'float32',
    );
    const session = await createOnnxSession(network, 1);
    const [scores] = await session.run(picture, shape);
    await session.dispose();
    fixture.prediction.forEach((value, i) => expect(scores?.[i]).toBeCloseTo(value, 5));
  });

  it('is written in the form that plain tfjs reads, and gives the same values there', async () => {
    const written = writeLayerShards(await loadTfjsLayers(filesInMemory(files)));
    const scores = await predict(await loadWithPlainTfjs(written), picture, shape);
    fixture.prediction.forEach((value, i) => expect(scores[i]).toBeCloseTo(value, 5));
  });

  it('has its nested network opened up, and pixels in [0, 255] where it rescales them itself', async () => {
    const { manifest } = await loadTfjsLayers(filesInMemory(files));
    expect(manifest.topology).toBe('Functional');
    expect(manifest.layers.map((layer) => layer.name)).toContain('stem_conv');
    expect(manifest.input.range).toEqual([0, 255]);
    expect(manifest.inputSizes).toMatchObject({ kind: 'pinned', pinnedBy: 'top' });
    expect(manifest.cutPoints.map((cut) => cut.layer)).toEqual(
      expect.arrayContaining(['stem_bn', 'add', 'excite']),
    );
  });
});
