import type { Tensor } from '@tensorflow/tfjs-core';
import type { Sequential } from '@tensorflow/tfjs-layers';
import type { LabelledPictures, TfWithLayers } from 'modelzoo/plugin';

const batchSize = 32;

/** A network's logits for all pictures of a split, float32 [pictures, classes]. */
export async function scorePictures(
  tf: TfWithLayers,
  network: Sequential,
  { count, height, width, channels, read }: LabelledPictures,
): Promise<Float32Array> {
  const logits: number[] = [];
  for (let from = 0; from < count; from += batchSize) {
    const rows = Array.from({ length: Math.min(batchSize, count - from) }, (_, at) => from + at);
    const pixels = await read(rows);
    // In steps, so that a signal to stop is heard in between.
    await tf.nextFrame();
    const scores = tf.tidy(() => {
      const inputs = tf.tensor4d(pixels, [rows.length, height, width, channels]);
      return (network.predict(inputs) as Tensor).dataSync();
    });
    for (const score of scores) logits.push(score);
  }
  return Float32Array.from(logits);
}

/** Share of rows whose highest logit is at the label. */
export function accuracyOf(logits: Float32Array, labels: Int32Array): number {
  const numClasses = logits.length / labels.length;
  let right = 0;
  labels.forEach((label, row) => {
    const scores = logits.subarray(row * numClasses, (row + 1) * numClasses);
    if (scores.indexOf(Math.max(...scores)) === label) right++;
  });
  return right / labels.length;
}
