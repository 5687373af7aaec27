import type { InputSpec } from '../model-manifest.js';
import type { PictureView } from './decode-pictures.js';
import { imageBatches, type ImageBatch } from './image-batches.js';
import type { ImageSource } from './image-source.js';

export interface ImageRunOptions {
  /** Pictures decoded together. Left out: as many as `usualBatchSize` says. */
  batchSize?: number;
  /** How pictures are varied; left out: not at all. */
  view?: PictureView;
  signal?: AbortSignal;
  /** Called with pictures done so far, and all. */
  progress?(done: number, total: number): void;
}

/** Pixels that a batch may have: 32 pictures of 512 × 512. What a network makes of more takes many gigabytes. */
const batchPixels = 32 * 512 * 512;

/** 32 pictures, fewer where they are large: what the layers give for a batch grows with its pixels. */
function usualBatchSize({ height, width }: Pick<InputSpec, 'height' | 'width'>): number {
  return Math.max(1, Math.min(32, Math.floor(batchPixels / (height * width))));
}

/**
 * Decodes pictures and hands them to a network, both at the same time: while the network runs on one batch, the next
 * one waits at its door and those after it are being decoded.
 *
 * @param run the network: per output, one row per picture.
 * @param take is given the rows of each batch, in order, and the position of its first picture. The next batch's rows
 * wait until it is done. Neither network nor `take` is at work any more when this returns or throws.
 * @throws ZooError IMAGE_UNREADABLE; `signal.reason` when aborted.
 */
export async function runOnImages(
  run: (pixels: Uint8Array, count: number) => Promise<Float32Array[]>,
  source: ImageSource,
  indices: readonly number[],
  input: InputSpec,
  { batchSize = usualBatchSize(input), view, signal, progress }: ImageRunOptions,
  take: (rows: Float32Array[], start: number) => void | Promise<void>,
): Promise<void> {
  let running: Promise<void> = Promise.resolve();
  const handOver = async (before: Promise<void>, result: Promise<Float32Array[]>, batch: ImageBatch) => {
    await Promise.allSettled([before, result]);
    await before;
    await take(await result, batch.start);
    progress?.(batch.start + batch.count, indices.length);
  };
  try {
    for await (const batch of imageBatches(source, indices, input, { batchSize, view, signal })) {
      const before = running;
      running = handOver(before, run(batch.pixels, batch.count), batch);
      // Met at the next turn; until then it is not an unhandled one.
      running.catch(() => undefined);
      await before;
    }
  } finally {
    await running.catch(() => undefined);
  }
  await running;
  signal?.throwIfAborted();
}
