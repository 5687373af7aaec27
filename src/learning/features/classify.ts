import { createOnnxSession } from '../engines/onnx-runtime.js';
import { imageBatches } from '../images/image-batches.js';
import type { ImageSource } from '../images/image-source.js';
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
  batchSize = 32,
  signal,
  progress,
}: {
  model: LoadedModel;
  images: ImageSource;
  threads: number;
  batchSize?: number;
  signal?: AbortSignal;
  progress?(done: number, total: number): void;
}): Promise<FeatureMatrix> {
  const { input } = model.manifest;
  const output = model.layers.at(-1)?.name ?? '';
  const network = lowerNetwork(model.layers, input, [{ layer: output, pooling: 'flatten' }]);
  const featureDim = network.outputs[0]?.length ?? 0;
  const data = new Float32Array(images.count * featureDim);
  const session = await createOnnxSession(network, threads);
  try {
    const indices = Array.from({ length: images.count }, (_, index) => index);
    for await (const batch of imageBatches(images, indices, input, { batchSize, signal })) {
      const shape = [batch.count, input.height, input.width, input.channels];
      const [scores] = await session.run(batch.pixels, shape);
      if (scores !== undefined) data.set(scores, batch.start * featureDim);
      progress?.(batch.start + batch.count, images.count);
    }
  } finally {
    await session.dispose();
  }
  return { rows: images.count, featureDim, data };
}
