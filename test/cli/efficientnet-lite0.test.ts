import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import type { ModelFile } from '../../src/learning/tfjs-layers/model-files.js';
import { buildEfficientNetLite0 } from '../../src/cli/starters/efficientnet-lite0.js';
import type { StateTensor } from '../../src/cli/starters/torch-state-dict.js';
import { wave } from './wave.js';

interface Reference {
  parameters: [name: string, shape: number[]][];
  shape: number[];
  mean: number;
  sample: Record<string, number>;
}
const reference = JSON.parse(
  readFileSync(new URL('fixtures/efficientnet-lite0-output.json', import.meta.url), 'utf8'),
) as Reference;

/** The parameters the fixture's script gave PyTorch, made by the same formula. */
function madeUpState(): Map<string, StateTensor> {
  const state = new Map<string, StateTensor>();
  for (const [index, [name, shape]] of reference.parameters.entries()) {
    if (name.endsWith('num_batches_tracked')) continue;
    const count = shape.reduce((product, size) => product * size, 1);
    const numbers = wave(count, index % 50);
    const adjust = name.endsWith('running_var')
      ? (value: number) => 1 + 0.5 * value
      : name.includes('bn') && name.endsWith('weight')
        ? (value: number) => 1 + 0.2 * value
        : shape.length === 4
          ? (value: number) => value / Math.sqrt(count / (shape[0] ?? 1))
          : (value: number) => 0.1 * value;
    state.set(name, { shape, data: numbers.map(adjust) });
  }
  return state;
}

/** Plain tfjs, given the two files that are written. */
async function loadFromFiles([modelJson, weights]: ModelFile[]): Promise<tf.LayersModel> {
  const { modelTopology, weightsManifest } = JSON.parse(new TextDecoder().decode(modelJson?.bytes)) as {
    modelTopology: object;
    weightsManifest: { weights: tf.io.WeightsManifestEntry[] }[];
  };
  return tf.loadLayersModel({
    load: () =>
      Promise.resolve({
        modelTopology,
        weightSpecs: weightsManifest.flatMap((group) => group.weights),
        weightData: new Uint8Array(weights?.bytes ?? []).buffer,
      }),
  });
}

describe('EfficientNet-Lite0', () => {
  it('computes what PyTorch computes with the same parameters, padding included', async () => {
    const model = await loadFromFiles(buildEfficientNetLite0(madeUpState()));
    const pictures = tf.tensor4d(wave(224 * 224 * 3, 7), [1, 224, 224, 3]);
    const output = model.predict(pictures) as tf.Tensor;
    expect(output.shape).toEqual(reference.shape);
    const values = (await output.data()) as Float32Array;
    expect(values.reduce((sum, value) => sum + value, 0) / values.length).toBeCloseTo(reference.mean, 5);
    for (const [index, value] of Object.entries(reference.sample)) {
      expect(values[Number(index)], `output ${index}`).toBeCloseTo(value, 4);
    }
    tf.dispose([pictures, output]);
    model.dispose();
  });

  it('refuses a state dict that lacks a parameter, naming it', () => {
    const state = madeUpState();
    state.delete('_blocks.3._depthwise_conv.weight');
    expect(() => buildEfficientNetLite0(state)).toThrow(
      expect.objectContaining({
        code: 'STARTER_FILE_REFUSED',
        message: expect.stringContaining('_blocks.3._depthwise_conv.weight') as string,
      }),
    );
  });

  it('refuses a parameter of another shape, saying which is needed', () => {
    const state = madeUpState();
    state.set('_bn0.weight', { shape: [16], data: new Float32Array(16) });
    expect(() => buildEfficientNetLite0(state)).toThrow(
      /\[16\] under "_bn0.weight"; EfficientNet-Lite0 needs \[32\]/,
    );
  });
});
