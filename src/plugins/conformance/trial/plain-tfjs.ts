import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { loadLayersModel } from '@tensorflow/tfjs-layers';
import { imageBatches } from '../../../learning/images/image-batches.js';
import type { ImageSource } from '../../../learning/images/image-source.js';
import type { InputSpec } from '../../../learning/model-manifest.js';
import { loadTfjsLayers } from '../../../learning/tfjs-layers/load-tfjs-layers.js';
import { filesInMemory, type ModelFile } from '../../../learning/tfjs-layers/model-files.js';

/**
 * What a model says of pictures, as somebody runs it who has downloaded its files and knows tfjs only.
 *
 * @returns float32 [pictures, classes].
 */
export async function scoreWithPlainTfjs(
  files: readonly ModelFile[],
  images: ImageSource,
): Promise<Float32Array> {
  const { input } = (await loadTfjsLayers(filesInMemory(files))).manifest;
  const indices = Array.from({ length: images.count }, (_, index) => index);
  const former = tf.engine().backendName;
  // Without the advice to install a faster backend.
  tf.enableProdMode();
  await tf.setBackend('cpu');
  const model = await loadLayersModel(tf.io.fromMemory(artifacts(files)));
  try {
    const scores: Float32Array[] = [];
    for await (const { pixels, count } of imageBatches(images, indices, input, { batchSize: 16 })) {
      scores.push(
        tf.tidy(() => {
          const shape: [number, number, number, number] = [count, input.height, input.width, input.channels];
          return (model.predict(asInput(pixels, shape, input)) as tf.Tensor).dataSync() as Float32Array;
        }),
      );
    }
    return Float32Array.from(scores.flatMap((some) => [...some]));
  } finally {
    model.dispose();
    // None yet, where nothing but a recording came before.
    if (former) await tf.setBackend(former);
  }
}

/** @see `InputSpec` for the formula. */
function asInput(pixels: Uint8Array, shape: [number, number, number, number], input: InputSpec): tf.Tensor {
  const [low, high] = input.range;
  const unscaled = tf.tensor4d(Float32Array.from(pixels), shape);
  const scaled = tf.add(tf.mul(unscaled, (high - low) / 255), low);
  return tf.div(tf.sub(scaled, input.mean), input.std);
}

function artifacts(files: readonly ModelFile[]): tf.io.ModelArtifacts {
  const byPath = new Map(files.map(({ path, bytes }) => [path, bytes]));
  const json = JSON.parse(Buffer.from(byPath.get('model.json') ?? []).toString()) as tf.io.ModelJSON;
  const groups = json.weightsManifest;
  const weights = groups.flatMap(({ paths }) => paths.map((path) => byPath.get(path) ?? new Uint8Array()));
  return {
    modelTopology: json.modelTopology,
    weightSpecs: groups.flatMap((group) => group.weights),
    weightData: new Uint8Array(Buffer.concat(weights)).buffer,
  };
}
