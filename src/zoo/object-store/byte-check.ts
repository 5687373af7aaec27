import { createHash, type Hash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { ZooError } from '../../errors.js';
import { assertDigest } from './blob-key.js';
import type { BlobAddress } from './object-store.js';

/** Counts and hashes bytes on their way into a store and says whether they are the ones that were announced. */
export class ByteCheck {
  private constructor(
    private readonly expected: BlobAddress,
    private readonly hash: Hash,
    private count: number,
  ) {}

  /** @throws ZooError INPUT_INVALID when the digest is not one. */
  static of(expected: BlobAddress): ByteCheck {
    assertDigest(expected.sha256);
    return new ByteCheck(expected, createHash('sha256'), 0);
  }

  get receivedBytes(): number {
    return this.count;
  }

  /** @throws ZooError UPLOAD_TOO_LARGE at the first byte too many. */
  update(chunk: Uint8Array): void {
    this.count += chunk.byteLength;
    if (this.count > this.expected.sizeBytes) {
      throw new ZooError(
        'UPLOAD_TOO_LARGE',
        `More than the announced ${this.expected.sizeBytes} bytes arrived. Send exactly the bytes of the digest.`,
        { expectedBytes: this.expected.sizeBytes },
      );
    }
    this.hash.update(chunk);
  }

  /** @throws ZooError UPLOAD_TRUNCATED */
  assertComplete(): void {
    if (this.count < this.expected.sizeBytes) {
      throw new ZooError(
        'UPLOAD_TRUNCATED',
        `${this.count} of the announced ${this.expected.sizeBytes} bytes arrived. Send the rest, or send them again.`,
        { receivedBytes: this.count, expectedBytes: this.expected.sizeBytes },
      );
    }
  }

  /** Call once, at the end. @throws ZooError UPLOAD_TRUNCATED, DIGEST_MISMATCH */
  finish(): void {
    this.assertComplete();
    const actual = this.hash.digest('hex');
    if (actual !== this.expected.sha256) {
      throw new ZooError(
        'DIGEST_MISMATCH',
        `The ${this.count} bytes that arrived have the SHA-256 ${actual}, not ${this.expected.sha256}. ` +
          'The file changed while it was sent, or was damaged on the way; send it again.',
        { actual, expected: this.expected.sha256 },
      );
    }
  }

  /** The state at this point, to come back to. */
  copy(): ByteCheck {
    return new ByteCheck(this.expected, this.hash.copy(), this.count);
  }
}

/** The chunks of a stream, which stays usable when the loop is left early: an HTTP request must still carry an answer. */
export function chunksOf(source: Readable): AsyncIterable<Buffer> {
  return { [Symbol.asyncIterator]: () => source.iterator({ destroyOnReturn: false }) };
}

/** Reads a stream to its end and checks it, keeping nothing. @throws ZooError as `ByteCheck` does. */
export async function drainChecked(source: Readable, expected: BlobAddress): Promise<void> {
  const check = ByteCheck.of(expected);
  for await (const chunk of chunksOf(source)) check.update(chunk);
  check.finish();
}
