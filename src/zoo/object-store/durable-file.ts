import { mkdir, open, rename, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Bytes gathered before they are handed to the disk in one call. */
const batchBytes = 1024 * 1024;

/** Writes chunks one after another, a batch on its way to the disk while the next one fills. */
export class BatchedWriter {
  private batch: Uint8Array[] = [];
  private filled = 0;
  private writing: Promise<void> = Promise.resolve();

  constructor(
    private readonly file: FileHandle,
    private position: number,
  ) {}

  async write(chunk: Uint8Array): Promise<void> {
    this.batch.push(chunk);
    this.filled += chunk.byteLength;
    if (this.filled >= batchBytes) await this.startBatch();
  }

  /** Resolves when everything handed over so far is written (not yet durable). */
  async flush(): Promise<void> {
    await this.startBatch();
    await this.writing;
  }

  private async startBatch(): Promise<void> {
    await this.writing;
    if (this.filled === 0) return;
    const { batch, position } = this;
    this.position += this.filled;
    this.batch = [];
    this.filled = 0;
    this.writing = writeAll(this.file, batch, position);
    // Whoever awaits it next gets the error; until then it must not count as unhandled.
    this.writing.catch(() => undefined);
  }
}

/**
 * Gives a file that was written and synced its lasting name: once this resolves, the name survives a power cut.
 */
export async function renameDurably(from: string, to: string): Promise<void> {
  const folder = dirname(to);
  const created = await mkdir(folder, { recursive: true });
  await rename(from, to);
  await syncFolder(folder);
  // Folders that were made are entries of their parents, which have to reach the disk as well.
  if (created !== undefined) {
    for (let path = folder; path.length >= created.length; path = dirname(path))
      await syncFolder(dirname(path));
  }
}

/** Windows cannot open a folder to sync it; there the file system journals renames by itself. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function writeAll(file: FileHandle, batch: Uint8Array[], position: number): Promise<void> {
  const total = batch.reduce((sum, chunk) => sum + chunk.byteLength, 0);
  const { bytesWritten } = await file.writev(batch, position);
  if (bytesWritten === total) return;
  // A short write (a disk that fills up) is finished, or fails with the reason, byte for byte.
  const rest = Buffer.concat(batch).subarray(bytesWritten);
  for (let done = 0; done < rest.byteLength;) {
    done += (await file.write(rest, done, rest.byteLength - done, position + bytesWritten + done))
      .bytesWritten;
  }
}
