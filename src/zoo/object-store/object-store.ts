import type { FileHandle } from 'node:fs/promises';
import type { Readable } from 'node:stream';

/** Where blobs are kept: content-addressed, written once. Every implementation passes the same contract suite. */
export interface ObjectStore {
  /** For logs and checks of what a server runs on. */
  readonly kind: 'local' | 's3';
  /**
   * Stores the bytes of `source` under their digest and resolves once they are durable. Writing a digest that is there
   * already is no error: the bytes are drained, checked and dropped. The source is read, never destroyed: a caller that
   * gets an error decides what to do with the rest of it.
   *
   * @param expected digest and size the bytes must have.
   * @throws ZooError DIGEST_MISMATCH, UPLOAD_TRUNCATED, UPLOAD_TOO_LARGE; nothing is left behind. DISK_NEARLY_FULL,
   *   STORE_UNAVAILABLE. An error of the source itself is passed on.
   */
  put(source: Readable, expected: BlobAddress): Promise<void>;
  /**
   * The same, but what arrived before `source` broke off or ended early is kept for a day, so that `uploader` can send
   * only the rest. Whole bytes with the wrong digest are dropped as ever.
   *
   * A call with an offset takes over from an upload of the same bytes by the same uploader that still runs (a client
   * that lost its connection comes back before the server noticed); a second one from offset 0 runs beside the first.
   *
   * @throws ZooError UPLOAD_OFFSET_MISMATCH when `offset` is neither 0 nor what is kept.
   */
  putResumable(source: Readable, expected: BlobAddress, resume: ResumePoint): Promise<void>;
  /** Bytes kept of an upload that broke off; 0 when there are none. */
  keptBytes(sha256: string, uploader: string): Promise<number>;
  /** Bytes of a blob, or of `range` (both ends inclusive). @throws ZooError BLOB_NOT_FOUND */
  read(sha256: string, range?: ByteRange): Promise<Readable>;
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
  /**
   * The file a blob lies in, opened for reading and closed by the caller; undefined where the store has no files (S3). Whoever
   * sends a whole blob can read it into memory of its own, again and again the same.
   *
   * @throws ZooError BLOB_NOT_FOUND
   */
  openFile(sha256: string): Promise<FileHandle | undefined>;
  /** Whether the store can be read and written now. @throws ZooError STORE_UNAVAILABLE */
  check(): Promise<void>;
  /** Drops what uploads left behind that broke off more than a day ago or whose process is gone. */
  sweep(): Promise<void>;
  close(): Promise<void>;
}

export interface BlobAddress {
  /** 64 lower-case hex digits. */
  sha256: string;
  sizeBytes: number;
}

/** Byte positions, both inclusive. */
export interface ByteRange {
  start: number;
  end: number;
}

export interface ResumePoint {
  /** Whose upload it is, an account id: nobody goes on with the bytes of another. */
  uploader: string;
  /** How many bytes the server is said to have; `source` starts with the next one. */
  offset: number;
}
