import { randomUUID } from 'node:crypto';
import type { Client } from 'minio';
import type { S3Config } from '../../config.js';
import { retrying, s3Code } from './s3-errors.js';
import { keepUploadsMs } from './sweep-uploads.js';

/** Creates the bucket unless it is there, also when several servers start at once. @throws ZooError STORE_UNAVAILABLE */
export async function ensureBucket(client: Client, { bucket, region }: S3Config): Promise<void> {
  if (await retrying(() => client.bucketExists(bucket))) return;
  const isThere = (error: unknown) => s3Code(error) === 'BucketAlreadyOwnedByYou';
  try {
    await retrying(() => client.makeBucket(bucket, region), isThere);
  } catch (error) {
    if (!isThere(error)) throw error;
  }
}

/** Writes an object unless one of that name exists. Says whether it was written. */
export async function putIfAbsent(
  client: Client,
  bucket: string,
  key: string,
  bytes: Buffer,
): Promise<boolean> {
  const exists = (error: unknown) => s3Code(error) === 'PreconditionFailed';
  try {
    await retrying(
      () => client.putObject(bucket, key, bytes, bytes.byteLength, { 'if-none-match': '*' }),
      exists,
    );
    return true;
  } catch (error) {
    if (exists(error)) return false;
    throw error;
  }
}

/**
 * Whether the server honours `If-None-Match: *` on PUT. Some ignore it and some refuse it, so it is tried out.
 *
 * @throws ZooError STORE_UNAVAILABLE when the bucket cannot be written at all.
 */
export async function probeIfNoneMatch(client: Client, bucket: string): Promise<boolean> {
  const key = `probes/${randomUUID()}`;
  const bytes = Buffer.from('probe');
  await retrying(() => client.putObject(bucket, key, bytes));
  try {
    return !(await putIfAbsent(client, bucket, key, bytes));
  } catch {
    return false;
  } finally {
    await retrying(() => client.removeObject(bucket, key));
  }
}

/**
 * Gives up multipart uploads of servers that are gone: those begun two days ago, which no upload lasts and no suspended one
 * survives. Best effort: some servers list them by exact name only (MinIO) and expire them by rules of their own.
 */
export async function abortForgottenUploads(client: Client, bucket: string): Promise<void> {
  try {
    for await (const item of client.listIncompleteUploads(bucket, 'blobs/', true)) {
      const upload = item as { key: string; uploadId: string; initiated?: Date };
      if (upload.initiated === undefined || Date.now() - upload.initiated.getTime() < 2 * keepUploadsMs)
        continue;
      await client.abortMultipartUpload(bucket, upload.key, upload.uploadId);
    }
  } catch {
    // Listing or aborting is not supported or not allowed; the blobs themselves do not depend on it.
  }
}
