import type { InputSpec } from '../model-manifest.js';
import { decodeImage } from './decode-image.js';
import type { ImageSource } from './image-source.js';

/** Decoded pictures, ready for a network. */
export interface ImageBatch {
  /** Position of the first picture in `indices`. */
  start: number;
  count: number;
  /** uint8 [count, height, width, channels]. */
  pixels: Uint8Array;
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
  { batchSize, ahead = 2, signal }: { batchSize: number; ahead?: number; signal?: AbortSignal },
): AsyncGenerator<ImageBatch> {
  const underWay: Promise<ImageBatch>[] = [];
  let next = 0;
  const refill = () => {
    while (next < indices.length && underWay.length < ahead) {
      const batch = decodeBatch(source, indices.slice(next, next + batchSize), next, spec, signal);
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

async function decodeBatch(
  source: ImageSource,
  indices: readonly number[],
  start: number,
  spec: InputSpec,
  signal: AbortSignal | undefined,
): Promise<ImageBatch> {
  const size = spec.height * spec.width * spec.channels;
  const pixels = new Uint8Array(indices.length * size);
  await Promise.all(
    indices.map(async (index, position) => {
      signal?.throwIfAborted();
      const name = source.label?.(index) ?? `number ${index}`;
      pixels.set(await decodeImage(await source.read(index), spec, name), position * size);
    }),
  );
  return { start, count: indices.length, pixels };
}
