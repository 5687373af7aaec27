import { PassThrough, type Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import { promisify } from 'node:util';
import { inflateRaw } from 'node:zlib';
import { fromRandomAccessReader, RandomAccessReader, type Entry, type ZipFile } from 'yauzl';
import { ZooError } from '../../errors.js';
import {
  EntryCollector,
  isMetadataTable,
  requireMetadataSize,
  tooManyEntries,
  unreadableArchive,
  type ArchiveEntry,
  type ListedEntries,
} from './archive-entries.js';
import type { ArchiveLimits } from './archive-limits.js';
import { quoteEntry } from './archive-path.js';
import { readExactly, type ByteSource } from './byte-source.js';

/**
 * Lists a zip by its directory at the end; contents are not read, whatever their size.
 *
 * @throws ZooError ARCHIVE_* see `listArchive`
 */
export async function listZip(
  source: ByteSource,
  limits: ArchiveLimits,
  signal?: AbortSignal,
): Promise<ListedEntries> {
  const collector = new EntryCollector(limits);
  const packedRanges: { name: string; start: number; end: number }[] = [];
  let unpackedBytes = 0;
  await eachEntry(source, limits, signal, (entry) => {
    const name = entryName(entry);
    const packed = packedContent(entry, name);
    unpackedBytes += entry.uncompressedSize;
    const start = entry.relativeOffsetOfLocalHeader;
    packedRanges.push({ name, start, end: start + 30 + entry.compressedSize });
    refuseBomb(name, entry.uncompressedSize, entry.compressedSize, limits);
    collector.add({
      name,
      kind: entryKind(entry, name),
      sizeBytes: entry.uncompressedSize,
      offset: start,
      packed,
    });
  });
  refuseBomb(undefined, unpackedBytes, source.sizeBytes, limits);
  refuseOverlaps(packedRanges, source.sizeBytes);
  const metadata = new Map<string, Buffer>();
  for (const entry of collector.entries.filter(({ path }) => isMetadataTable(path))) {
    requireMetadataSize(entry, metadata, limits);
    metadata.set(entry.path, await readZipEntry(source, entry));
  }
  return { entries: collector.entries, folders: collector.folders, metadata };
}

/**
 * Content of one file of a zip, checked against the size and the CRC-32 that its directory declares.
 *
 * @throws ZooError ARCHIVE_UNREADABLE where the content is damaged.
 */
export async function readZipEntry(source: ByteSource, entry: ArchiveEntry): Promise<Buffer> {
  const damaged = (cause?: unknown) =>
    unreadableArchive(`holds ${quoteEntry(entry.path)} damaged or cut off`, cause);
  if (entry.packed === undefined) throw damaged();
  try {
    const header = await readExactly(source, entry.offset, 30);
    if (header.readUInt32LE(0) !== 0x04034b50) throw damaged();
    const start = entry.offset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
    const packed = await readExactly(source, start, entry.packed.sizeBytes);
    const content =
      entry.packed.method === 'stored'
        ? packed
        : await inflate(packed, { maxOutputLength: Math.max(1, entry.sizeBytes) });
    if (content.byteLength !== entry.sizeBytes || crc32(content) !== entry.packed.crc32) throw damaged();
    return content;
  } catch (error) {
    const { code = '' } = error as { code?: string };
    throw error instanceof RangeError || code.startsWith('Z_') ? damaged(error) : error;
  }
}

const inflate = promisify(inflateRaw) as (
  bytes: Buffer,
  options: { maxOutputLength: number },
) => Promise<Buffer>;

async function eachEntry(
  source: ByteSource,
  limits: ArchiveLimits,
  signal: AbortSignal | undefined,
  visit: (entry: Entry) => void,
): Promise<void> {
  // Sizes are checked below and by `readZipEntry`, with words of our own.
  const options = { lazyEntries: true, decodeStrings: false, autoClose: false, validateEntrySizes: false };
  const zip = await new Promise<ZipFile>((resolve, reject) => {
    fromRandomAccessReader(new BlockReader(source), source.sizeBytes, options, (error, opened) =>
      error === null ? resolve(opened) : reject(asArchiveError(error)),
    );
  });
  try {
    if (zip.entryCount > limits.maxEntries) throw tooManyEntries(limits.maxEntries);
    await new Promise<void>((resolve, reject) => {
      zip.on('error', (error: Error) => reject(asArchiveError(error)));
      zip.on('end', resolve);
      zip.on('entry', (entry: Entry) => {
        try {
          signal?.throwIfAborted();
          visit(entry);
          zip.readEntry();
        } catch (error) {
          reject(error as Error);
        }
      });
      zip.readEntry();
    });
  } finally {
    zip.close();
  }
}

/** Reads in blocks and keeps the last one: yauzl asks for a few dozen bytes at a time, and a store answers per request. */
class BlockReader extends RandomAccessReader {
  private block: { start: number; bytes: Promise<Buffer> } | undefined;

  constructor(
    private readonly source: ByteSource,
    private readonly blockBytes = 1024 ** 2,
  ) {
    super();
  }

  override read(
    target: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null, bytesRead?: number) => void,
  ): void {
    this.bytes(position, length).then(
      (bytes) => callback(null, bytes.copy(target, offset)),
      (error: Error) => callback(error),
    );
  }

  override _readStreamForRange(start: number, end: number): Readable {
    const stream = new PassThrough();
    this.bytes(start, end - start).then(
      (bytes) => stream.end(bytes),
      (error: Error) => stream.destroy(error),
    );
    return stream;
  }

  private async bytes(position: number, length: number): Promise<Buffer> {
    const end = Math.min(position + length, this.source.sizeBytes);
    if (end <= position) return Buffer.alloc(0);
    const held = this.block && (await this.block.bytes);
    const from = this.block === undefined ? -1 : position - this.block.start;
    if (held !== undefined && from >= 0 && from + (end - position) <= held.byteLength) {
      return held.subarray(from, from + (end - position));
    }
    const size = Math.min(Math.max(this.blockBytes, end - position), this.source.sizeBytes - position);
    this.block = { start: position, bytes: readExactly(this.source, position, size) };
    return (await this.block.bytes).subarray(0, end - position);
  }
}

/** Names without the UTF-8 flag are UTF-8 all the same on many systems; what is not, is read byte by byte. */
function entryName(entry: Entry): string {
  const raw = entry.fileName as unknown as Buffer;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(raw);
  } catch {
    return raw.toString('latin1');
  }
}

function packedContent(entry: Entry, name: string): NonNullable<ArchiveEntry['packed']> {
  const { compressionMethod, compressedSize, crc32 } = entry;
  if (entry.isEncrypted())
    throw unreadableArchive(`holds ${quoteEntry(name)} encrypted; no password is accepted`);
  if (compressionMethod !== 0 && compressionMethod !== 8) {
    throw unreadableArchive(
      `holds ${quoteEntry(name)} packed by method ${compressionMethod}; stored (0) and deflate (8) are accepted`,
    );
  }
  if (compressionMethod === 0 && compressedSize !== entry.uncompressedSize) {
    throw unreadableArchive(`declares two sizes for ${quoteEntry(name)}, which is stored as it is`);
  }
  return { method: compressionMethod === 0 ? 'stored' : 'deflated', sizeBytes: compressedSize, crc32 };
}

/** Made on a Unix system, an entry says in its attributes what kind of file it was. */
function entryKind(entry: Entry, name: string): string {
  const madeBy = entry.versionMadeBy >>> 8;
  const fileType = (entry.externalFileAttributes >>> 16) & 0o170000;
  if ((madeBy === 3 || madeBy === 19) && fileType !== 0) {
    if (fileType === 0o120000) return 'symbolic link';
    if (fileType !== 0o100000 && fileType !== 0o040000) return 'device or pipe';
  }
  return name.endsWith('/') ? 'folder' : 'file';
}

function refuseBomb(name: string | undefined, unpacked: number, packed: number, limits: ArchiveLimits): void {
  if (unpacked <= limits.ratioFreeBytes || unpacked <= packed * limits.maxCompressionRatio) return;
  throw new ZooError(
    'ARCHIVE_BOMB',
    `${name === undefined ? 'The archive' : `The archive's entry ${quoteEntry(name)}`} unpacks to ${unpacked} bytes from ${packed}; more than ${limits.maxCompressionRatio} times is refused, pictures never do that.`,
    { entry: name, unpackedBytes: unpacked, packedBytes: packed },
  );
}

/**
 * Entries that share bytes are how a small zip unpacks to petabytes without a large ratio on any entry.
 *
 * @see Fifield, "A better zip bomb", WOOT 2019
 */
function refuseOverlaps(ranges: { name: string; start: number; end: number }[], archiveBytes: number): void {
  ranges.sort((a, b) => a.start - b.start);
  for (const [index, range] of ranges.entries()) {
    if (range.end > archiveBytes)
      throw unreadableArchive(`ends before the content of ${quoteEntry(range.name)}`);
    const next = ranges[index + 1];
    if (next !== undefined && next.start < range.end) {
      throw new ZooError(
        'ARCHIVE_BOMB',
        `The archive's entries ${quoteEntry(range.name)} and ${quoteEntry(next.name)} share the same bytes; refused as a decompression bomb.`,
        { entry: next.name },
      );
    }
  }
}

function asArchiveError(error: Error): Error {
  if (error instanceof ZooError) return error;
  if ((error as NodeJS.ErrnoException).code !== undefined) return error;
  return unreadableArchive('is a zip without a readable directory: it was cut off or is damaged', error);
}
