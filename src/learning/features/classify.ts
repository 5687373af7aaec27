import { createOnnxSession } from '../engines/onnx-runtime.js';
import type { ImageSource } from '../images/image-source.js';
import { runOnImages, type ImageRunOptions } from '../images/run-on-images.js';
import { lowerNetwork } from '../onnx/lower-network.js';
import type { LoadedModel } from '../tfjs-layers/network.js';
import type { FeatureMatrix } from './compute-features.js';

/**
 * Runs a whole model on pictures: one row of scores per picture, as the model's last layer gives them (probabilities
 * after a softmax, margins after a linear classifier). Import it in a job's process only.
 *
 * @throws ZooError IMAGE_UNREADABLE; `signal.reason` when aborted.
 */
export async function classify({
  model,
  images,
  threads,
  ...options
}: {
  model: LoadedModel;
  images: ImageSource;
  threads: number;
} & ImageRunOptions): Promise<FeatureMatrix> {
  const { input } = model.manifest;
  const output = model.layers.at(-1)?.name ?? '';
  const network = lowerNetwork(model.layers, input, [{ layer: output, pooling: 'flatten' }]);
  const featureDim = network.outputs[0]?.length ?? 0;
  const data = new Float32Array(images.count * featureDim);
  const indices = Array.from({ length: images.count }, (_, index) => index);
  const session = await createOnnxSession(network, threads);
  try {
    await runOnImages(
      (pixels, count) => session.run(pixels, [count, input.height, input.width, input.channels]),
      images,
      indices,
      input,
      options,
      ([scores], start) => {
        if (scores !== undefined) data.set(scores, start * featureDim);
      },
    );
  } finally {
    await session.dispose();
  }
  return { rows: images.count, featureDim, data };
}
