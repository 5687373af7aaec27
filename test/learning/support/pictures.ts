import { createHash } from 'node:crypto';
import sharp from 'sharp';
import type { DigestedSource } from '../../../src/learning/features/feature-cache.js';
import { pseudoRandom } from './tfjs.js';

/** Small JPEG files with something to see in them: no two alike. */
export async function makePictures(count: number, seed = 1): Promise<Uint8Array[]> {
  return Promise.all(
    Array.from({ length: count }, (_, index) => {
      const coarse = Buffer.from(pseudoRandom(8 * 8 * 3, seed * 1000 + index).map((v) => (v + 1) * 127));
      return sharp(coarse, { raw: { width: 8, height: 8, channels: 3 } })
        .resize(64, 48, { fit: 'fill' })
        .jpeg()
        .toBuffer();
    }),
  );
}

/** A source over pictures in memory, which counts how often each is read. */
export function sourceOf(pictures: Uint8Array[]): DigestedSource & { reads: number[] } {
  const digests = pictures.map((bytes) => createHash('sha256').update(bytes).digest('hex'));
  const reads = pictures.map(() => 0);
  return {
    count: pictures.length,
    reads,
    read(index) {
      reads[index] = (reads[index] ?? 0) + 1;
      return Promise.resolve(pictures[index] ?? new Uint8Array());
    },
    sha256: (index) => digests[index] ?? '',
    label: (index) => `picture-${index}.jpg`,
  };
}
