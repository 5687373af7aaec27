import type { Readable } from 'node:stream';

/** Where blobs are kept: content-addressed, written once. Every implementation passes the same contract suite. */
export interface ObjectStore {
  /** For logs and `zoo doctor`: `local` or `s3`. */
  readonly kind: string;
  /**
   * Stores the bytes of `source` under their digest and resolves once they are durable. Writing a digest that is there
   * already is no error: the bytes are drained, checked and dropped.
   *
   * @param expected digest and size the bytes must have.
   * @throws ZooError DIGEST_MISMATCH, UPLOAD_TRUNCATED, UPLOAD_TOO_LARGE; nothing is left behind.
   */
  put(source: Readable, expected: BlobAddress): Promise<void>;
  /** Bytes of a blob, or of `range` (both ends inclusive). @throws ZooError BLOB_NOT_FOUND */
  read(sha256: string, range?: { start: number; end: number }): Promise<Readable>;
  /** Size in bytes, or undefined where it is confirmed absent. */
  sizeOf(sha256: string): Promise<number | undefined>;
  /** Removing what is not there is no error. */
  remove(sha256: string): Promise<void>;
  /** A URL good for `seconds` from which a client can GET the blob itself; undefined where the store cannot (local). */
  presignedGet(
    sha256: string,
    seconds: number,
    options?: { filename?: string; contentType?: string },
  ): Promise<string | undefined>;
  /** Whether the store can be read and written now. @throws ZooError STORE_UNAVAILABLE */
  check(): Promise<void>;
  close(): Promise<void>;
}

export interface BlobAddress {
  /** 64 lower-case hex digits. */
  sha256: string;
  sizeBytes: number;
}
