import type { Readable } from 'node:stream';
import type { Client } from 'minio';
import { ByteCheck, chunksOf } from './byte-check.js';
import type { BlobAddress } from './object-store.js';
import { retrying, s3Code, storeUnavailable } from './s3-errors.js';

const mebibyte = 1024 * 1024;
/** Parts of one upload that travel at once, while the next one fills: three buffers in all. */
const partsInFlight = 2;
const maxParts = 10_000;

/** Size of the parts: 8 MiB, or as much as it takes to stay within the 10,000 parts that S3 allows. */
export function partSizeFor(sizeBytes: number): number {
  return Math.max(8 * mebibyte, Math.ceil(sizeBytes / maxParts / mebibyte) * mebibyte);
}

/**
 * A large blob on its way to S3 in parts. The object comes into being with `complete`, which is called only once the digest
 * of all bytes is right, so wrong bytes never have a name. Memory is bounded by three part buffers, whatever the size.
 *
 * `putObject` of the minio client is not used for this: it goes on with any unfinished upload of the same key it
 * finds, be it of somebody else at this moment.
 */
export class S3MultipartUpload {
  private readonly partSize: number;
  private readonly parts: { part: number; etag?: string }[] = [];
  /** The hash over exactly the parts that were handed to S3: where the upload can go on after it broke off. */
  private check: ByteCheck;
  private failure: { error: unknown } | undefined;

  private constructor(
    private readonly client: Client,
    private readonly bucket: string,
    private readonly key: string,
    private readonly uploadId: string,
    readonly expected: BlobAddress,
  ) {
    this.partSize = partSizeFor(expected.sizeBytes);
    this.check = ByteCheck.of(expected);
  }

  static async start(
    client: Client,
    bucket: string,
    key: string,
    expected: BlobAddress,
  ): Promise<S3MultipartUpload> {
    const headers = { 'content-type': 'application/octet-stream' };
    const uploadId = await retrying(() => client.initiateNewMultipartUpload(bucket, key, headers));
    return new S3MultipartUpload(client, bucket, key, uploadId, expected);
  }

  /** Bytes that S3 has: where another `send` may go on. 0 once a part could not be delivered. */
  get sentBytes(): number {
    return this.failure === undefined ? this.check.receivedBytes : 0;
  }

  /**
   * Sends the rest of the bytes and checks them.
   *
   * @throws ZooError UPLOAD_TRUNCATED, UPLOAD_TOO_LARGE, DIGEST_MISMATCH, STORE_UNAVAILABLE, or the source's own error.
   */
  async send(source: Readable): Promise<void> {
    const check = this.check.copy();
    const pool: Buffer[] = [];
    const sending = new Set<Promise<void>>();
    let buffer: Buffer | undefined;
    let filled = 0;

    const dispatch = async (): Promise<void> => {
      if (buffer === undefined || filled === 0) return;
      const [full, length] = [buffer, filled];
      [buffer, filled] = [undefined, 0];
      this.check = check.copy();
      const sent = this.sendPart(full.subarray(0, length)).then(() => {
        pool.push(full);
        sending.delete(sent);
      });
      sending.add(sent);
      if (sending.size >= partsInFlight) await Promise.race(sending);
      this.throwFailure();
    };

    try {
      for await (const chunk of chunksOf(source)) {
        // Chunks are split at part boundaries, and the hash stops there too.
        for (let taken = 0; taken < chunk.byteLength;) {
          buffer ??= pool.pop() ?? Buffer.allocUnsafeSlow(this.partSize);
          const piece = chunk.subarray(taken, taken + this.partSize - filled);
          check.update(piece);
          piece.copy(buffer, filled);
          taken += piece.byteLength;
          filled += piece.byteLength;
          if (filled === this.partSize) await dispatch();
        }
      }
      check.assertComplete();
      await dispatch();
      check.finish();
    } finally {
      await Promise.all(sending);
    }
    this.throwFailure();
  }

  /** Makes the object of the parts. @throws ZooError STORE_UNAVAILABLE */
  async complete(): Promise<void> {
    const { client, bucket, key, uploadId, parts } = this;
    const isGone = (error: unknown) => s3Code(error) === 'NoSuchUpload';
    try {
      await retrying(() => client.completeMultipartUpload(bucket, key, uploadId, parts), isGone);
    } catch (error) {
      // A first request may have done it and only its answer got lost.
      const object = isGone(error) ? await retrying(() => client.statObject(bucket, key)) : undefined;
      if (object?.size !== this.expected.sizeBytes) throw storeUnavailable(error);
    }
  }

  /** Gives the parts up. Best effort: what S3 keeps of them, `sweep` and the server's own rules remove later. */
  async abort(): Promise<void> {
    await retrying(() => this.client.abortMultipartUpload(this.bucket, this.key, this.uploadId)).catch(
      () => undefined,
    );
  }

  /** Never rejects: a part that cannot be delivered is remembered as the upload's failure. */
  private async sendPart(bytes: Buffer): Promise<void> {
    const partNumber = this.parts.length + 1;
    const entry: { part: number; etag?: string } = { part: partNumber };
    this.parts.push(entry);
    const part = { bucketName: this.bucket, objectName: this.key, uploadID: this.uploadId, partNumber };
    try {
      const sent = await retrying(() =>
        this.client.uploadPart({ ...part, headers: { 'content-length': bytes.byteLength } }, bytes),
      );
      entry.etag = sent.etag;
    } catch (error) {
      this.failure ??= { error };
    }
  }

  private throwFailure(): void {
    if (this.failure !== undefined) throw this.failure.error;
  }
}
