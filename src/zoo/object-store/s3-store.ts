import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import type { S3Config } from '../../config.js';
import { ZooError } from '../../errors.js';
import { ActiveUploads } from './active-uploads.js';
import { blobKey } from './blob-key.js';
import { ByteCheck, chunksOf, drainChecked } from './byte-check.js';
import { contentDisposition } from './content-disposition.js';
import type { BlobAddress, ByteRange, ObjectStore, ResumePoint } from './object-store.js';
import { offsetMismatch } from './offset-mismatch.js';
import { readResuming } from './resuming-read.js';
import { abortForgottenUploads, ensureBucket, probeIfNoneMatch, putIfAbsent } from './s3-bucket.js';
import { createS3Client, type S3Client } from './s3-client.js';
import { isAbsent, retrying, s3Code } from './s3-errors.js';
import { partSizeFor, S3MultipartUpload } from './s3-multipart-upload.js';
import { SuspendedUploads } from './suspended-uploads.js';

const octetStream = 'application/octet-stream';

/**
 * A bucket as object store, spoken to in plain S3. Small blobs are checked in memory before they are sent; large ones go
 * up in parts and become an object only when their digest is right. No ETag is taken for a digest, and no upload is
 * ever signed for a client: bytes come in through the server, which hashes them.
 */
export class S3Store implements ObjectStore {
  readonly kind = 's3';
  private readonly active = new ActiveUploads();
  private readonly suspended = new SuspendedUploads();

  private constructor(
    private readonly bucket: string,
    private readonly inside: S3Client,
    /** Signs links under the address that clients know. */
    private readonly outside: S3Client,
    private readonly honoursIfNoneMatch: boolean,
  ) {}

  /** Connects, creates the bucket if it is not there, and finds out what the server can. @throws ZooError STORE_UNAVAILABLE */
  static async open(config: S3Config): Promise<S3Store> {
    const inside = createS3Client(config.endpoint, config);
    const outside =
      config.publicEndpoint === undefined ? inside : createS3Client(config.publicEndpoint, config);
    try {
      await ensureBucket(inside.client, config);
      const honoursIfNoneMatch = await probeIfNoneMatch(inside.client, config.bucket);
      const store = new S3Store(config.bucket, inside, outside, honoursIfNoneMatch);
      await store.sweep();
      return store;
    } catch (error) {
      inside.close();
      outside.close();
      throw error;
    }
  }

  async put(source: Readable, expected: BlobAddress): Promise<void> {
    if (isSmall(expected)) return this.putSmall(source, expected);
    if (await this.holds(expected)) return drainChecked(source, expected);
    const upload = await this.startUpload(expected);
    try {
      await upload.send(source);
      await upload.complete();
    } catch (error) {
      await upload.abort();
      throw error;
    }
  }

  async putResumable(
    source: Readable,
    expected: BlobAddress,
    { uploader, offset }: ResumePoint,
  ): Promise<void> {
    const name = uploadName(expected.sha256, uploader);
    if (offset === 0) {
      if (isSmall(expected)) return this.putSmall(source, expected);
      if (await this.holds(expected)) return drainChecked(source, expected);
      if (this.active.has(name)) return this.put(source, expected);
    } else {
      await this.active.interrupt(name);
    }
    await this.active.run(name, source, async () => {
      const upload = await this.goOnOrStart(name, expected, offset);
      try {
        await upload.send(source);
        await upload.complete();
      } catch (error) {
        if (canGoOn(upload, error)) this.suspended.keep(name, upload);
        else await upload.abort();
        throw error;
      }
    });
  }

  async keptBytes(sha256: string, uploader: string): Promise<number> {
    return this.suspended.bytes(uploadName(sha256, uploader));
  }

  async read(sha256: string, range?: ByteRange): Promise<Readable> {
    const start = range?.start ?? 0;
    const first = await this.open(sha256, start, range?.end);
    const end = start + Number(first.headers['content-length']) - 1;
    return readResuming(first, { start, end }, (from) => this.open(sha256, from, end));
  }

  async sizeOf(sha256: string): Promise<number | undefined> {
    const { client } = this.inside;
    const key = blobKey(sha256);
    try {
      return (await retrying(() => client.statObject(this.bucket, key), isNotFound)).size;
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
    // The answer to a HEAD has no body: its 404 may mean that the bucket is gone, or come from something on the way.
    try {
      const found = await this.open(sha256, 0);
      found.destroy();
      return Number(found.headers['content-length']);
    } catch (error) {
      if (error instanceof ZooError && error.code === 'BLOB_NOT_FOUND') return undefined;
      throw error;
    }
  }

  async remove(sha256: string): Promise<void> {
    try {
      await retrying(() => this.inside.client.removeObject(this.bucket, blobKey(sha256)), isAbsent);
    } catch (error) {
      if (!isAbsent(error)) throw error;
    }
  }

  async presignedGet(
    sha256: string,
    seconds: number,
    { filename, contentType = octetStream }: { filename?: string; contentType?: string } = {},
  ): Promise<string> {
    return this.outside.client.presignedGetObject(this.bucket, blobKey(sha256), seconds, {
      'response-content-type': contentType,
      ...(filename === undefined ? {} : { 'response-content-disposition': contentDisposition(filename) }),
    });
  }

  openFile(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  async check(): Promise<void> {
    const { client } = this.inside;
    const key = `probes/${randomUUID()}`;
    await retrying(() => client.putObject(this.bucket, key, Buffer.from('probe')));
    await retrying(() => client.removeObject(this.bucket, key));
  }

  async sweep(): Promise<void> {
    await this.suspended.expire();
    await abortForgottenUploads(this.inside.client, this.bucket);
  }

  async close(): Promise<void> {
    await this.suspended.dropAll();
    this.inside.close();
    this.outside.close();
  }

  /** Nothing is sent before the bytes are known to be right. */
  private async putSmall(source: Readable, expected: BlobAddress): Promise<void> {
    const check = ByteCheck.of(expected);
    const chunks: Buffer[] = [];
    for await (const chunk of chunksOf(source)) {
      check.update(chunk);
      chunks.push(chunk);
    }
    check.finish();
    const bytes = Buffer.concat(chunks);
    const key = blobKey(expected.sha256);
    const { client } = this.inside;
    if (this.honoursIfNoneMatch) {
      if (await putIfAbsent(client, this.bucket, key, bytes)) return;
      // It is there. An object of another size is damage from outside, mended by writing it anew.
    }
    if (await this.holds(expected)) return;
    await retrying(() => client.putObject(this.bucket, key, bytes, bytes.byteLength));
  }

  private async holds({ sha256, sizeBytes }: BlobAddress): Promise<boolean> {
    return (await this.sizeOf(sha256)) === sizeBytes;
  }

  private startUpload(expected: BlobAddress): Promise<S3MultipartUpload> {
    return S3MultipartUpload.start(this.inside.client, this.bucket, blobKey(expected.sha256), expected);
  }

  private async goOnOrStart(name: string, expected: BlobAddress, offset: number): Promise<S3MultipartUpload> {
    if (offset === 0) {
      await this.suspended.drop(name);
      return this.startUpload(expected);
    }
    const kept = this.suspended.bytes(name);
    const upload = offset === kept ? this.suspended.take(name, expected) : undefined;
    if (upload === undefined) throw offsetMismatch(offset, kept);
    return upload;
  }

  /** Asks for the bytes from a position on. @throws ZooError BLOB_NOT_FOUND */
  private async open(sha256: string, start: number, end?: number): Promise<IncomingMessage> {
    const { client } = this.inside;
    const length = end === undefined ? 0 : end - start + 1;
    try {
      const answer = await retrying(
        () => client.getPartialObject(this.bucket, blobKey(sha256), start, length),
        isAbsent,
      );
      return answer as IncomingMessage;
    } catch (error) {
      if (!isAbsent(error)) throw error;
      throw new ZooError('BLOB_NOT_FOUND', `There are no bytes under the digest ${sha256}.`, { sha256 });
    }
  }
}

function isSmall({ sizeBytes }: BlobAddress): boolean {
  return sizeBytes <= partSizeFor(sizeBytes);
}

function isNotFound(error: unknown): boolean {
  return isAbsent(error) || s3Code(error) === 'NotFound';
}

/** An upload that broke off can go on; one that was whole, or longer than announced, cannot. */
function canGoOn(upload: S3MultipartUpload, error: unknown): boolean {
  const tooLarge = error instanceof ZooError && error.code === 'UPLOAD_TOO_LARGE';
  return !tooLarge && upload.sentBytes > 0 && upload.sentBytes < upload.expected.sizeBytes;
}

function uploadName(sha256: string, uploader: string): string {
  return `${uploader} ${blobKey(sha256)}`;
}
