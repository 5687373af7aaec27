import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { chmod, copyFile, link, mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ZooError } from '../../errors.js';
import type { BlobAddress, ObjectStore } from '../../zoo/object-store/object-store.js';
import { hashFile } from '../../learning/sha256.js';

/** A download that has not grown for so long was broken off by a crash. */
const abandonedMs = 3_600_000;

/**
 * A worker's disk cache of blobs, content-addressed and bounded, the least recently used going first. Several jobs and
 * several processes may use one folder at once: entries appear whole by renaming, and a job holds hard links of its own,
 * so that evicting an entry never takes a file from under it.
 */
export class BlobCache {
  constructor(
    private readonly folder: string,
    private readonly store: ObjectStore,
    private readonly limitBytes: number,
  ) {}

  /**
   * Puts a blob at `path`, from the cache if it is there and intact, else from the store. The file is read-only: it may
   * share its bytes with the cache.
   *
   * @throws ZooError BLOB_NOT_FOUND, DIGEST_MISMATCH when the store's bytes are not what the digest says.
   */
  async place(address: BlobAddress, path: string, signal: AbortSignal): Promise<void> {
    await mkdir(dirname(path), { recursive: true });
    if (await this.#linkIntact(address, path, signal)) return;
    const temporary = join(this.folder, 'incoming', randomUUID());
    await mkdir(dirname(temporary), { recursive: true });
    try {
      const source = await this.store.read(address.sha256);
      await pipeline(source, createWriteStream(temporary, { flags: 'wx' }), { signal });
      if ((await hashFile(temporary, signal)).sha256 !== address.sha256) {
        throw new ZooError(
          'DIGEST_MISMATCH',
          `The object store gave other bytes for ${address.sha256} than its digest says; the blob is damaged there.`,
        );
      }
      await chmod(temporary, 0o444);
      await linkOrCopy(temporary, path);
      const entry = this.#entry(address.sha256);
      await mkdir(dirname(entry), { recursive: true });
      await rename(temporary, entry);
    } finally {
      await rm(temporary, { force: true });
    }
  }

  /** Removes what crashes left half fetched, and the least recently used entries until the rest fits the limit. */
  async evict(): Promise<void> {
    for (const { path, usedMs } of await this.#files('incoming')) {
      if (Date.now() - usedMs > abandonedMs) await rm(path, { force: true });
    }
    const entries = await this.#files('blobs');
    let total = entries.reduce((sum, entry) => sum + entry.sizeBytes, 0);
    for (const entry of entries.sort((a, b) => a.usedMs - b.usedMs)) {
      if (total <= this.limitBytes) return;
      await rm(entry.path, { force: true });
      total -= entry.sizeBytes;
    }
  }

  async #linkIntact(address: BlobAddress, path: string, signal: AbortSignal): Promise<boolean> {
    const entry = this.#entry(address.sha256);
    try {
      await linkOrCopy(entry, path);
    } catch (error) {
      if (isMissing(error)) return false;
      throw error;
    }
    const { size } = await stat(path);
    if (size === address.sizeBytes && (await hashFile(path, signal)).sha256 === address.sha256) {
      const now = new Date();
      await utimes(path, now, now);
      return true;
    }
    await rm(path, { force: true });
    await rm(entry, { force: true });
    return false;
  }

  #entry(sha256: string): string {
    return join(this.folder, 'blobs', sha256.slice(0, 2), sha256);
  }

  async #files(folder: 'blobs' | 'incoming'): Promise<{ path: string; sizeBytes: number; usedMs: number }[]> {
    const root = join(this.folder, folder);
    const found = await readdir(root, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
      if (isMissing(error)) return [];
      throw error;
    });
    const files = [];
    for (const file of found) {
      if (!file.isFile()) continue;
      const path = join(file.parentPath, file.name);
      const facts = await stat(path).catch(() => undefined);
      if (facts !== undefined) files.push({ path, sizeBytes: facts.size, usedMs: facts.mtimeMs });
    }
    return files;
  }
}

/** File systems without hard links get a copy. */
async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    if (isMissing(error) || (error as NodeJS.ErrnoException).code === 'EEXIST') throw error;
    await copyFile(from, to);
  }
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}
