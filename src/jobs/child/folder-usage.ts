import { lstat, opendir } from 'node:fs/promises';
import { join } from 'node:path';

export interface FolderUsage {
  /** Bytes on disk, which a file with holes has fewer of than it is long. */
  bytes: number;
  files: number;
}

/** Folders and files take room of their own, and looking at them takes time: with more than this, nobody looks further. */
export const mostFiles = 50_000;

/** What folders take on the disk, with all below them. Links are counted, not followed. */
export async function folderUsage(folders: readonly string[]): Promise<FolderUsage> {
  const usage: FolderUsage = { bytes: 0, files: 0 };
  const waiting = [...folders];
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    // What is gone since takes nothing.
    const entries = await opendir(folder).catch(() => undefined);
    if (entries === undefined) continue;
    for await (const entry of entries) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) waiting.push(path);
      const facts = await lstat(path).catch(() => undefined);
      usage.bytes += (facts?.blocks ?? 0) * 512;
      usage.files += 1;
      if (usage.files > mostFiles) return usage;
    }
  }
  return usage;
}
