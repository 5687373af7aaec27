import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readShardHeader, shardExtension } from './feature-shard.js';

/**
 * Digests of the pictures whose rows of all these kinds a feature cache holds, by what its shards say of themselves: an
 * estimate of what a pass over pictures will cost, since shards are verified only when they are read.
 *
 * @param keys of the kinds of rows
 */
export async function knownPictures(folder: string, keys: readonly string[]): Promise<Set<string>> {
  let known: Set<string> | undefined;
  for (const key of new Set(keys)) {
    const ofKey = new Set<string>();
    for (const name of await readdir(join(folder, key)).catch(() => [])) {
      if (!name.endsWith(shardExtension)) continue;
      const header = await readShardHeader(join(folder, key, name));
      for (const picture of header?.images ?? []) {
        if (known?.has(picture) !== false) ofKey.add(picture);
      }
    }
    known = ofKey;
    if (known.size === 0) break;
  }
  return known ?? new Set();
}
