import { open, readFile, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { ZooError } from '../../errors.js';
import type { DatasetIndex, IndexedImage } from '../dataset-manifest.js';
import { quoteEntry } from './archive-path.js';
import { hashBytes, sha256Pattern } from '../sha256.js';

/** A data-set version on this machine: its index, and its pictures at random access. */
export interface DatasetFolder {
  index: DatasetIndex;
  /**
   * The bytes of a picture file, exactly as they were uploaded. May be called many times at once.
   *
   * @throws ZooError DATASET_DAMAGED where they do not have the digest of the index.
   */
  read(image: IndexedImage): Promise<Buffer>;
  /** Closes the shards, once what is being read has been. Reading after that fails. */
  close(): Promise<void>;
}

/**
 * Opens the files of a data-set version that lie in a folder: `index.json` and `shards/…`.
 *
 * @throws ZooError DATASET_DAMAGED where the index is missing or not one.
 */
export async function readDatasetFolder(folder: string): Promise<DatasetFolder> {
  const index = await readIndex(join(folder, 'index.json'));
  const shards = new Map<number, Promise<FileHandle>>();
  let isClosed = false;
  const requireOpen = (): void => {
    if (isClosed) throw new Error(closedAlready);
  };
  const shardOf = (image: IndexedImage): Promise<FileHandle> => {
    const path = index.shards[image.shard];
    if (path === undefined) throw damaged(`the index names shard ${image.shard}, which it does not list`);
    const shard = shards.get(image.shard) ?? open(join(folder, path), 'r');
    shards.set(image.shard, shard);
    return shard;
  };
  return {
    index,
    async read(image) {
      requireOpen();
      const shard = await shardOf(image);
      requireOpen();
      const bytes = Buffer.alloc(image.sizeBytes);
      const { bytesRead } = await shard.read(bytes, 0, image.sizeBytes, image.offset);
      const sha256 = hashBytes(bytes);
      if (bytesRead !== image.sizeBytes || sha256 !== image.sha256) {
        throw damaged(`the picture ${quoteEntry(image.path)} is not the one the index describes`);
      }
      return bytes;
    },
    async close() {
      isClosed = true;
      const opened = await Promise.allSettled(shards.values());
      shards.clear();
      await Promise.all(
        opened.map((shard) => (shard.status === 'fulfilled' ? shard.value.close() : undefined)),
      );
    },
  };
}

/** To whoever did not wait for what it reads, a loop of a strategy's own for example. */
const closedAlready =
  'A picture is read of a data set that was closed, since the work on it is over. Await every read before the work ends.';

const count = z.int().min(0);

/** Only what reading relies on; the index was written by the import and its digest checked. */
const indexShape = z.object({
  classes: z.array(z.string()),
  shards: z.array(z.string().regex(/^shards\/\d{5,}\.tar$/)),
  images: z.array(
    z.object({
      path: z.string(),
      label: count,
      split: z.enum(['train', 'validation', 'test']),
      sha256: z.string().regex(sha256Pattern),
      width: count,
      height: count,
      sizeBytes: count,
      shard: count,
      offset: count,
      nearDuplicate: z.boolean(),
    }),
  ),
});

async function readIndex(path: string): Promise<DatasetIndex> {
  let content: unknown;
  try {
    content = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw damaged('index.json is missing or is not JSON', error);
  }
  const parsed = indexShape.safeParse(content);
  if (!parsed.success) throw damaged('index.json is not the index of a data set', parsed.error);
  return parsed.data;
}

function damaged(what: string, cause?: unknown): ZooError {
  return new ZooError(
    'DATASET_DAMAGED',
    `The stored data set is damaged: ${what}. Publish it again from its archive.`,
    {},
    { cause },
  );
}
