import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';

/** Bytes that can be read from any position on: a file, or a blob in a store. */
export interface ByteSource {
  readonly sizeBytes: number;
  /** All bytes, or those of `range` (both ends inclusive). */
  read(range?: { start: number; end: number }): Promise<Readable>;
}

/** A file of this machine as a byte source. Nothing stays open between reads. */
export async function fileSource(path: string): Promise<ByteSource> {
  const { size } = await stat(path);
  return { sizeBytes: size, read: (range) => Promise.resolve(createReadStream(path, range)) };
}

/** Bytes in memory as a byte source. */
export function bufferSource(bytes: Uint8Array): ByteSource {
  return {
    sizeBytes: bytes.byteLength,
    read: (range) =>
      Promise.resolve(
        Readable.from([Buffer.from(range ? bytes.subarray(range.start, range.end + 1) : bytes)], {
          objectMode: false,
        }),
      ),
  };
}

/**
 * `sizeBytes` bytes from `start` on.
 *
 * @throws RangeError where the source ends before.
 */
export async function readExactly(source: ByteSource, start: number, sizeBytes: number): Promise<Buffer> {
  if (sizeBytes === 0) return Buffer.alloc(0);
  if (start < 0 || start + sizeBytes > source.sizeBytes) {
    throw new RangeError(`bytes ${start} to ${start + sizeBytes} of ${source.sizeBytes}`);
  }
  const chunks: Buffer[] = [];
  let received = 0;
  for await (const chunk of await source.read({ start, end: start + sizeBytes - 1 })) {
    chunks.push(chunk as Buffer);
    received += (chunk as Buffer).byteLength;
  }
  if (received !== sizeBytes) throw new RangeError(`${received} of ${sizeBytes} bytes from ${start} on`);
  return Buffer.concat(chunks, received);
}
