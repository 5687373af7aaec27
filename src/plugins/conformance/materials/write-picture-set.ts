import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { IndexedImage, Split } from '../../../learning/dataset-manifest.js';
import { ShardWriter } from '../../../learning/datasets/shard-writer.js';
import { writeJsonRows } from '../../../learning/datasets/write-json-rows.js';
import { createRandom } from '../../../learning/random.js';
import { hashBytes } from '../../../learning/sha256.js';
import { className, drawPicture, pictureSize } from './draw-picture.js';

/** Pictures of each class that a split has, by label. */
export type PictureCounts = Record<Split, readonly number[]>;

/** Draws a data set and writes it as the zoo keeps one: an index, and the pictures in a tar. */
export async function writePictureSet(folder: string, counts: PictureCounts): Promise<void> {
  await mkdir(folder, { recursive: true });
  const random = createRandom(7);
  const shards = new ShardWriter(folder);
  const images: IndexedImage[] = [];
  for (const split of ['train', 'validation', 'test'] as const) {
    for (const [label, count] of counts[split].entries()) {
      for (let at = 0; at < count; at++) {
        const bytes = await drawPicture(label, random);
        // Names say nothing of the class: a strategy that reads them learns nothing.
        const path = `${split}/${hashBytes(bytes).slice(0, 12)}.png`;
        const place = await shards.add(path, bytes);
        images.push({
          path,
          label,
          split,
          sha256: hashBytes(bytes),
          width: pictureSize,
          height: pictureSize,
          sizeBytes: bytes.length,
          ...place,
          nearDuplicate: false,
        });
      }
    }
  }
  await shards.end();
  const classes = counts.train.map((_, label) => className(label));
  await writeJsonRows(join(folder, 'index.json'), { classes, shards: shards.shards, images });
}
