import type { InputSpec } from '../model-manifest.js';
import { decodePictures, type PictureView } from './decode-pictures.js';
import type { ImageSource } from './image-source.js';

/** Decoded pictures, ready for a network. */
export interface ImageBatch {
  /** Position of the first picture in `indices`. */
  start: number;
  count: number;
  /** uint8 [count, height, width, channels]. */
  pixels: Uint8Array;
}

export interface ImageBatchOptions {
  batchSize: number;
  /** Batches decoded ahead. */
  ahead?: number;
  /** How pictures are varied; left out: not at all. */
  view?: PictureView;
  signal?: AbortSignal;
}

/**
 * Decodes pictures batch by batch. While the caller works on one batch, the next ones are already being decoded on
 * other threads.
 *
 * @param indices which pictures of the source, in which order.
 * @throws ZooError IMAGE_UNREADABLE; `signal.reason` when aborted.
 */
export async function* imageBatches(
  source: ImageSource,
  indices: readonly number[],
  spec: InputSpec,
  { batchSize, ahead = 2, view, signal }: ImageBatchOptions,
): AsyncGenerator<ImageBatch> {
  const underWay: Promise<ImageBatch>[] = [];
  let next = 0;
  const decodeBatch = async (batch: number[], start: number): Promise<ImageBatch> => {
    const pixels = await decodePictures(source, batch, spec, view, signal);
    return { start, count: batch.length, pixels };
  };
  const refill = () => {
    while (next < indices.length && underWay.length < ahead) {
      const batch = decodeBatch(indices.slice(next, next + batchSize), next);
      // A failure is met when its turn comes; until then it is not an unhandled one.
      batch.catch(() => undefined);
      underWay.push(batch);
      next += batchSize;
    }
  };
  refill();
  for (let batch = underWay.shift(); batch !== undefined; batch = underWay.shift()) {
    const decoded = await batch;
    signal?.throwIfAborted();
    refill();
    yield decoded;
  }
}
