import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readShardHeader, shardExtension } from './feature-shard.js';

/** After an eviction the cache is this full, so that the next job does not evict again at once. */
const keptShare = 0.9;
const abandonedMs = 3_600_000;

/**
 * Brings the cache below its size: those shards go first that were not used for long and are cheap to compute again
 * for the bytes they take. Half-written files of crashed processes go as well.
 */
export async function evictFeatures(folder: string, maxBytes: number, now = Date.now()): Promise<void> {
  const files = await listFiles(folder);
  for (const file of files) {
    if (file.path.endsWith('.tmp') && now - file.usedAt > abandonedMs)
      await rm(file.path, { force: true }).catch(() => undefined);
  }
  const shards = files.filter((file) => file.path.endsWith(shardExtension));
  let total = shards.reduce((sum, shard) => sum + shard.sizeBytes, 0);
  if (total <= maxBytes) return;
  const ranked = await Promise.all(
    shards.map(async (shard) => {
      const seconds = (await readShardHeader(shard.path))?.seconds ?? 0;
      const idleMs = Math.max(1, now - shard.usedAt);
      return { ...shard, worth: seconds / shard.sizeBytes / idleMs };
    }),
  );
  ranked.sort((a, b) => a.worth - b.worth);
  for (const shard of ranked) {
    if (total <= maxBytes * keptShare) return;
    await rm(shard.path, { force: true }).catch(() => undefined);
    total -= shard.sizeBytes;
  }
}

/** Bytes that the shards in a folder take. */
export async function totalBytes(folder: string): Promise<number> {
  const files = await listFiles(folder);
  return files
    .filter((file) => file.path.endsWith(shardExtension))
    .reduce((sum, shard) => sum + shard.sizeBytes, 0);
}

async function listFiles(folder: string): Promise<{ path: string; sizeBytes: number; usedAt: number }[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const found = await Promise.all(
    files.map(async (path) => {
      const state = await stat(path).catch(() => undefined);
      return state && { path, sizeBytes: state.size, usedAt: state.mtimeMs };
    }),
  );
  return found.filter((file) => file !== undefined);
}
