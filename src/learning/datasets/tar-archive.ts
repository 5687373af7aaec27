import { Transform, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract, type Header } from 'tar-stream';
import { ZooError } from '../../errors.js';
import {
  EntryCollector,
  isMetadataTable,
  requireMetadataSize,
  unreadableArchive,
  type ListedEntries,
} from './archive-entries.js';
import type { ArchiveLimits } from './archive-limits.js';
import type { ByteSource } from './byte-source.js';

/**
 * Lists a tar or tar.gz by reading it through once; contents are skipped as they pass.
 *
 * @throws ZooError ARCHIVE_* see `listArchive`
 */
export async function listTar(
  source: ByteSource,
  kind: 'tar' | 'tar.gz',
  limits: ArchiveLimits,
  signal?: AbortSignal,
): Promise<ListedEntries> {
  const collector = new EntryCollector(limits);
  const metadata = new Map<string, Buffer>();
  const parser = extract();
  const tail = new TailCheck();
  const stages = [await source.read(), ...(kind === 'tar.gz' ? inflating(limits) : []), tail, parser];
  const reading = readEntries(parser, async (content) => {
    const header: Header & { byteOffset?: number } = content.header;
    const entry = collector.add({
      name: header.name,
      kind: entryKind(header.type),
      sizeBytes: header.size,
      offset: header.byteOffset ?? -1,
    });
    if (entry === undefined || !isMetadataTable(entry.path)) return;
    requireMetadataSize(entry, metadata, limits);
    metadata.set(entry.path, await collect(content));
  });
  const flowing = pipeline(stages as [Readable, ...Transform[], NodeJS.WritableStream], { signal });
  const [read, flowed] = await Promise.allSettled([reading, flowing]);
  signal?.throwIfAborted();
  if (read.status === 'rejected' && read.reason instanceof ZooError) throw read.reason;
  if (flowed.status === 'rejected') throw asArchiveError(flowed.reason);
  if (read.status === 'rejected') throw asArchiveError(read.reason);
  if (!tail.endsInZeros) throw unreadableArchive('has no end mark: it was cut off');
  return { entries: collector.entries, folders: collector.folders, metadata };
}

/**
 * Gunzips under the limits: the bytes are counted while they come, so that a bomb is stopped early.
 * Destroyed with ZooError ARCHIVE_BOMB or ARCHIVE_TOO_LARGE.
 */
export function inflating(limits: ArchiveLimits): Transform[] {
  let packedBytes = 0;
  let unpackedBytes = 0;
  // Headers and padding are not part of `maxTotalBytes`: at most 1 KiB an entry beside its content.
  const maxUnpackedBytes = limits.maxTotalBytes + limits.maxEntries * 2048;
  const counter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      packedBytes += chunk.byteLength;
      done(null, chunk);
    },
  });
  const guard = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      unpackedBytes += chunk.byteLength;
      if (unpackedBytes > limits.ratioFreeBytes && unpackedBytes > packedBytes * limits.maxCompressionRatio) {
        done(
          new ZooError(
            'ARCHIVE_BOMB',
            `The archive unpacks to more than ${limits.maxCompressionRatio} times its size; pictures never do. Nothing of it was kept.`,
          ),
        );
      } else if (unpackedBytes > maxUnpackedBytes) {
        done(
          new ZooError(
            'ARCHIVE_TOO_LARGE',
            `The archive unpacks to more than ${limits.maxTotalBytes} bytes.`,
            {
              accepted: limits.maxTotalBytes,
            },
          ),
        );
      } else done(null, chunk);
    },
  });
  return [counter, createGunzip(), guard];
}

/** A tar ends in blocks of zeros; where they lack, it was cut off between two entries. */
class TailCheck extends Transform {
  private tail: Buffer = Buffer.alloc(0);

  override _transform(
    chunk: Buffer,
    _encoding: BufferEncoding,
    done: (error: null, chunk: Buffer) => void,
  ): void {
    this.tail =
      chunk.byteLength >= 512 ? chunk.subarray(-512) : Buffer.concat([this.tail, chunk]).subarray(-512);
    done(null, chunk);
  }

  get endsInZeros(): boolean {
    return this.tail.byteLength === 512 && this.tail.every((byte) => byte === 0);
  }
}

type Entry = AsyncIterable<Buffer> & { header: Header; resume(): unknown };

async function readEntries(
  parser: ReturnType<typeof extract>,
  visit: (content: Entry) => Promise<void>,
): Promise<void> {
  for await (const content of parser) {
    const entry = content as Entry;
    await visit(entry);
    entry.resume();
  }
}

async function collect(content: Entry): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of content) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function entryKind(type: string | null | undefined): string {
  if (type === 'file' || type === 'contiguous-file') return 'file';
  if (type === 'directory') return 'folder';
  if (type === 'link') return 'hard link';
  return type === 'symlink' ? 'symbolic link' : (type?.replace('-', ' ') ?? 'entry of an unknown kind');
}

/** zlib's complaint about a tar.gz as the error people know; every other error as it is. */
export function asGzipError(error: unknown): unknown {
  const { code = '' } = error as { code?: string };
  if (!code.startsWith('Z_')) return error;
  return unreadableArchive('cannot be unpacked: its gzip data is cut off or damaged', error);
}

function asArchiveError(error: unknown): unknown {
  if (error instanceof ZooError) return error;
  const { message = '', code = '' } = error as { message?: string; code?: string };
  if (code.startsWith('Z_')) return asGzipError(error);
  if (message === 'Unexpected end of data')
    return unreadableArchive('ends in the middle of an entry: it was cut off', error);
  if (/header/i.test(message)) return unreadableArchive('holds a damaged tar header', error);
  return error;
}
