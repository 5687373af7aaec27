import type { BlobAddress } from './object-store.js';
import { keepUploadsMs } from './sweep-uploads.js';
import type { S3MultipartUpload } from './s3-multipart-upload.js';

/**
 * Multipart uploads that broke off and may go on. They live as long as this process: the parts are safe in S3, but cannot
 * be read back before the upload is complete, so nothing else could rebuild the hash over them.
 */
export class SuspendedUploads {
  private readonly uploads = new Map<string, { upload: S3MultipartUpload; since: number }>();

  keep(key: string, upload: S3MultipartUpload): void {
    this.uploads.set(key, { upload, since: Date.now() });
  }

  bytes(key: string): number {
    return this.uploads.get(key)?.upload.sentBytes ?? 0;
  }

  /** Hands the upload over, provided that it is one of exactly these bytes. */
  take(key: string, expected: BlobAddress): S3MultipartUpload | undefined {
    const upload = this.uploads.get(key)?.upload;
    if (upload?.expected.sizeBytes !== expected.sizeBytes) return undefined;
    this.uploads.delete(key);
    return upload;
  }

  async drop(key: string): Promise<void> {
    const upload = this.uploads.get(key)?.upload;
    this.uploads.delete(key);
    await upload?.abort();
  }

  async expire(now = Date.now()): Promise<void> {
    for (const [key, { since }] of this.uploads) if (now - since > keepUploadsMs) await this.drop(key);
  }

  async dropAll(): Promise<void> {
    await Promise.all([...this.uploads.keys()].map((key) => this.drop(key)));
  }
}
