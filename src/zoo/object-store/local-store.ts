import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, rm, stat, type FileHandle } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { ZooError } from '../../errors.js';
import { ActiveUploads } from './active-uploads.js';
import { assertDigest, blobKey } from './blob-key.js';
import { ByteCheck, chunksOf, drainChecked } from './byte-check.js';
import { BatchedWriter, renameDurably } from './durable-file.js';
import { isErrno, localStoreError } from './local-store-error.js';
import type { BlobAddress, ByteRange, ObjectStore, ResumePoint } from './object-store.js';
import { offsetMismatch } from './offset-mismatch.js';
import { sweepUploads } from './sweep-uploads.js';

const readChunkBytes = 512 * 1024;

/**
 * A folder as object store. A blob gets its name only when its bytes are checked and on the disk, so whatever is under
 * `blobs/` is whole, also after a power cut.
 */
export class LocalStore implements ObjectStore {
  readonly kind = 'local';
  private readonly active = new ActiveUploads();
  private readonly uploadsFolder: string;

  private constructor(private readonly folder: string) {
    this.uploadsFolder = join(folder, 'uploads');
  }

  /** Opens or creates the store and drops what a killed process left behind. @throws ZooError STORE_UNAVAILABLE */
  static async open(folder: string): Promise<LocalStore> {
    const store = new LocalStore(folder);
    try {
      // For this user alone; where the database is elsewhere, this makes the data folder.
      await mkdir(store.uploadsFolder, { recursive: true, mode: 0o700 });
      await store.sweep();
    } catch (error) {
      throw localStoreError(error);
    }
    return store;
  }

  async put(source: Readable, expected: BlobAddress): Promise<void> {
    if ((await this.sizeOf(expected.sha256)) === expected.sizeBytes) return drainChecked(source, expected);
    // The name says which process owns it, for the sweep.
    const temporary = join(this.uploadsFolder, `${hostname()}.${process.pid}.${randomUUID()}.temporary`);
    try {
      const file = await onDisk(() => open(temporary, 'wx'));
      await this.receive(file, source, ByteCheck.of(expected), 0);
      await this.name(temporary, expected);
    } finally {
      await rm(temporary, { force: true });
    }
  }

  async putResumable(
    source: Readable,
    expected: BlobAddress,
    { uploader, offset }: ResumePoint,
  ): Promise<void> {
    const partial = this.partialPath(expected.sha256, uploader);
    if (offset === 0) {
      if ((await this.sizeOf(expected.sha256)) === expected.sizeBytes) return drainChecked(source, expected);
      if (this.active.has(partial)) return this.put(source, expected);
    } else {
      await this.active.interrupt(partial);
    }
    await this.active.run(partial, source, () => this.receivePartial(partial, source, expected, offset));
  }

  async keptBytes(sha256: string, uploader: string): Promise<number> {
    return (await sizeOfFile(this.partialPath(sha256, uploader))) ?? 0;
  }

  async read(sha256: string, range?: ByteRange): Promise<Readable> {
    const file = await this.openFile(sha256);
    return file.createReadStream({ ...range, highWaterMark: readChunkBytes });
  }

  async openFile(sha256: string): Promise<FileHandle> {
    const path = join(this.folder, blobKey(sha256));
    try {
      return await open(path, 'r');
    } catch (error) {
      if (isErrno(error, 'ENOENT')) {
        throw new ZooError('BLOB_NOT_FOUND', `There are no bytes under the digest ${sha256}.`, { sha256 });
      }
      throw localStoreError(error);
    }
  }

  async sizeOf(sha256: string): Promise<number | undefined> {
    return sizeOfFile(join(this.folder, blobKey(sha256)));
  }

  async remove(sha256: string): Promise<void> {
    const path = join(this.folder, blobKey(sha256));
    await onDisk(() => rm(path, { force: true }));
  }

  presignedGet(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  async check(): Promise<void> {
    const probe = join(this.uploadsFolder, `${hostname()}.${process.pid}.${randomUUID()}.temporary`);
    await onDisk(async () => {
      const file = await open(probe, 'wx');
      await file.close();
      await rm(probe);
    });
  }

  async sweep(): Promise<void> {
    await onDisk(() => sweepUploads(this.uploadsFolder));
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** Goes on with a partial file; however the source breaks off, what arrived stays in it. */
  private async receivePartial(
    partial: string,
    source: Readable,
    expected: BlobAddress,
    offset: number,
  ): Promise<void> {
    const kept = (await sizeOfFile(partial)) ?? 0;
    if (offset !== 0 && offset !== kept) throw offsetMismatch(offset, kept);
    const file = await onDisk(() => open(partial, offset === 0 ? 'w+' : 'r+'));
    const check = ByteCheck.of(expected);
    try {
      await this.receive(file, source, check, offset);
      await this.name(partial, expected);
    } catch (error) {
      const brokeOff = check.receivedBytes < expected.sizeBytes && !isDiskFault(error);
      if (!brokeOff || check.receivedBytes === 0) await rm(partial, { force: true });
      throw error;
    }
  }

  /** Writes the source behind the first `kept` bytes of the file, makes it durable and closes it. */
  private async receive(file: FileHandle, source: Readable, check: ByteCheck, kept: number): Promise<void> {
    const writer = new BatchedWriter(file, kept);
    try {
      if (kept > 0) await rebuildHash(file, check, kept);
      try {
        for await (const chunk of chunksOf(source)) {
          check.update(chunk);
          await onDisk(() => writer.write(chunk));
        }
      } finally {
        await onDisk(() => writer.flush());
      }
      check.finish();
      await onDisk(() => file.datasync());
    } finally {
      await file.close();
    }
  }

  private async name(path: string, { sha256 }: BlobAddress): Promise<void> {
    await onDisk(() => renameDurably(path, join(this.folder, blobKey(sha256))));
  }

  /** Account ids are hashed, so that no name of an uploader can be a path. */
  private partialPath(sha256: string, uploader: string): string {
    assertDigest(sha256);
    const owner = createHash('sha256').update(uploader).digest('hex').slice(0, 32);
    return join(this.uploadsFolder, `${owner}.${sha256}.partial`);
  }
}

/** Brings the hash to where it was when an earlier request broke off, from the bytes that request left in the file. */
async function rebuildHash(file: FileHandle, check: ByteCheck, kept: number): Promise<void> {
  const bytes = file.createReadStream({
    start: 0,
    end: kept - 1,
    autoClose: false,
    highWaterMark: readChunkBytes,
  });
  await onDisk(async () => {
    for await (const chunk of bytes) check.update(chunk as Buffer);
  });
}

async function sizeOfFile(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined;
    throw localStoreError(error);
  }
}

function isDiskFault(error: unknown): boolean {
  return (
    error instanceof ZooError && (error.code === 'DISK_NEARLY_FULL' || error.code === 'STORE_UNAVAILABLE')
  );
}

async function onDisk<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw localStoreError(error);
  }
}
