import { Readable } from 'node:stream';
import type { ByteRange } from './object-store.js';
import { isTransient, storeUnavailable } from './s3-errors.js';

/** Failures in a row, without a byte in between, after which a read gives up. */
const patience = 4;

/**
 * Reads a range of bytes over connections that may break: each time, the rest is asked for again from where the last
 * one stopped. Blobs never change, so the pieces fit together.
 *
 * @param first the answer to the first request, whose failure is the caller's to see.
 * @param range what the whole answer spans, both ends inclusive.
 * @param open asks for the bytes from a position to the end of the range.
 */
export function readResuming(
  first: Readable,
  range: ByteRange,
  open: (start: number) => Promise<Readable>,
): Readable {
  return Readable.from(pieces(first, range, open), { objectMode: false, highWaterMark: 256 * 1024 });
}

async function* pieces(
  first: Readable,
  { start, end }: ByteRange,
  open: (start: number) => Promise<Readable>,
): AsyncGenerator<Buffer> {
  let position = start;
  let failures = 0;
  for (let answer: Readable | undefined = first; ; answer = undefined) {
    try {
      for await (const chunk of answer ?? (await open(position))) {
        position += (chunk as Buffer).byteLength;
        failures = 0;
        yield chunk as Buffer;
      }
      if (position > end) return;
      throw Object.assign(new Error('fewer bytes came than the blob has'), { code: 'ECONNRESET' });
    } catch (error) {
      if (++failures === patience || !isTransient(error)) throw storeUnavailable(error);
    }
  }
}
