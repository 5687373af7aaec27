import type { Tensor } from '@tensorflow/tfjs-core';
import { imageBatches } from '../../../learning/images/image-batches.js';
import type { ImageSource } from '../../../learning/images/image-source.js';
import type { InputSpec } from '../../../learning/model-manifest.js';
import { loadTfjsLayers } from '../../../learning/tfjs-layers/load-tfjs-layers.js';
import { filesInMemory, type ModelFile } from '../../../learning/tfjs-layers/model-files.js';
import { loadPlainModel } from '../../../learning/tfjs-layers/plain-model.js';
import { openTfjs, type TfWithLayers } from '../../../learning/training/engines/tfjs/open-tfjs.js';

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
  const { height, width, channels } = input;
  const indices = Array.from({ length: images.count }, (_, index) => index);
  const { tf } = await openTfjs({ wanted: 'tfjs-cpu', threads: 1 });
  const model = await loadPlainModel(tf, files);
  try {
    const scores: number[] = [];
    for await (const { pixels, count } of imageBatches(images, indices, input, { batchSize: 16 })) {
      const batch = tf.tidy(() => {
        const prediction = model.predict(asInput(tf, pixels, [count, height, width, channels], input));
        return (prediction as Tensor).dataSync();
      });
      scores.push(...batch);
    }
    return Float32Array.from(scores);
  } finally {
    model.dispose();
  }
}

/** @see `InputSpec` for the formula. */
function asInput(
  tf: TfWithLayers,
  pixels: Uint8Array,
  shape: [number, number, number, number],
  { range: [low, high], mean, std }: InputSpec,
): Tensor {
  const scaled = tf.add(tf.mul(tf.tensor4d(Float32Array.from(pixels), shape), (high - low) / 255), low);
  return tf.div(tf.sub(scaled, mean), std);
}
