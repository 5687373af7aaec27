import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Transform, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ArchiveLimits } from './archive-limits.js';
import { archiveKind } from './archive.js';
import { fileSource, type ByteSource } from './byte-source.js';
import { requireFreeSpace } from './free-space.js';
import { asGzipError, inflating } from './tar-archive.js';

/**
 * An archive whose files can be read in any order. A zip and a tar are that already; a tar.gz is unpacked to a tar in
 * `workFolder`, under the limits and with an eye on the disk.
 *
 * @throws ZooError ARCHIVE_UNREADABLE, ARCHIVE_BOMB, ARCHIVE_TOO_LARGE, DISK_NEARLY_FULL
 */
export async function openPlainArchive(
  archivePath: string,
  options: { workFolder: string; limits: ArchiveLimits; keepFreeBytes: number; signal: AbortSignal },
): Promise<ByteSource> {
  const { workFolder, limits, keepFreeBytes, signal } = options;
  const source = await fileSource(archivePath);
  if ((await archiveKind(source)) !== 'tar.gz') return source;
  await mkdir(workFolder, { recursive: true });
  await requireFreeSpace(workFolder, source.sizeBytes, keepFreeBytes);
  const path = join(workFolder, 'archive.tar');
  const stages = [
    await source.read(),
    ...inflating(limits),
    new DiskGuard(workFolder, keepFreeBytes),
    createWriteStream(path),
  ];
  try {
    await pipeline(stages as [Readable, ...Transform[], NodeJS.WritableStream], { signal });
  } catch (error) {
    signal.throwIfAborted();
    throw asGzipError(error);
  }
  return fileSource(path);
}

/** Looks at the free space every 64 MB, since nobody knows beforehand how much comes out of a gzip file. */
class DiskGuard extends Transform {
  private uncheckedBytes = 0;

  constructor(
    private readonly folder: string,
    private readonly keepFreeBytes: number,
  ) {
    super();
  }

  override _transform(
    chunk: Buffer,
    _encoding: BufferEncoding,
    done: (error?: Error | null, chunk?: Buffer) => void,
  ): void {
    this.uncheckedBytes += chunk.byteLength;
    if (this.uncheckedBytes < 64 * 1024 ** 2) {
      done(null, chunk);
      return;
    }
    this.uncheckedBytes = 0;
    requireFreeSpace(this.folder, 0, this.keepFreeBytes).then(() => done(null, chunk), done);
  }
}
