import { copyFile, link, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { DatasetIndex, IndexedImage } from '../dataset-manifest.js';
import { readDatasetFolder } from './dataset-folder.js';
import { ShardWriter } from './shard-writer.js';

/**
 * Writes a data set anew without its test split: no picture of it, no label, no name. Shards that hold no test picture are
 * linked; from the others the rest is copied. Positions and order of the pictures that stay do not change, so that what is
 * fitted on the copy is what would be fitted on the whole.
 *
 * @param source folder of a data-set version.
 * @param target an empty folder on the same file system, or one that is made.
 * @throws ZooError DATASET_DAMAGED; `signal.reason` when aborted
 */
export async function writeWithoutTestSplit(
  source: string,
  target: string,
  signal: AbortSignal,
): Promise<void> {
  const dataset = await readDatasetFolder(source);
  try {
    const { classes, images, shards } = dataset.index;
    const mixed = new Set(images.filter(({ split }) => split === 'test').map(({ shard }) => shard));
    const writer = new ShardWriter(target);
    const kept: IndexedImage[] = [];
    // Copied shards come first: the writer numbers its own from 0.
    const copied = new Map<IndexedImage, { shard: number; offset: number }>();
    for (const image of images) {
      signal.throwIfAborted();
      if (image.split === 'test') continue;
      kept.push(image);
      if (mixed.has(image.shard)) copied.set(image, await writer.add(image.path, await dataset.read(image)));
    }
    await writer.end();
    const paths = [...writer.shards];
    const linked = new Map<number, number>();
    for (const shard of new Set(kept.filter((image) => !copied.has(image)).map((image) => image.shard))) {
      const path = `shards/${String(paths.length).padStart(5, '0')}.tar`;
      await mkdir(dirname(join(target, path)), { recursive: true });
      const original = join(source, shards[shard] ?? '');
      // File systems without hard links get a copy.
      await link(original, join(target, path)).catch(() => copyFile(original, join(target, path)));
      linked.set(shard, paths.push(path) - 1);
    }
    const index: DatasetIndex = {
      classes,
      images: kept.map((image) => ({
        ...image,
        ...(copied.get(image) ?? { shard: linked.get(image.shard) ?? 0 }),
      })),
      shards: paths,
    };
    await writeFile(join(target, 'index.json'), JSON.stringify(index));
  } finally {
    await dataset.close();
  }
}
