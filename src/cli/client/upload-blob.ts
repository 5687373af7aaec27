import { createReadStream } from 'node:fs';
import { Readable, Transform } from 'node:stream';
import { ZooError } from '../../errors.js';
import { errorFromAnswer } from './answer-error.js';
import { authorization, unreachable, type Connection } from './connection.js';
import { hashBytes, hashFile } from '../../learning/sha256.js';
import { transferRequest } from './transfer-request.js';
import { withRetries } from './with-retries.js';

/** Bytes with a known digest that can be read from anywhere on, again and again. */
export interface UploadSource {
  sha256: string;
  sizeBytes: number;
  /** Bytes from `start` to the end. */
  open(start: number): Readable;
}

/** A file to send. Its digest is taken first: what the server has already is not sent again. */
export async function fileSource(path: string): Promise<UploadSource> {
  const address = await hashFile(path);
  return { ...address, open: (start) => createReadStream(path, { start, highWaterMark: 1 << 20 }) };
}

export function bytesSource(bytes: Uint8Array): UploadSource {
  return {
    sha256: hashBytes(bytes),
    sizeBytes: bytes.length,
    open: (start) => Readable.from([bytes.subarray(start)], { objectMode: false }),
  };
}

/**
 * Sends bytes unless the server knows them from us already. An upload that breaks off is gone on with where it stopped,
 * also by a later run.
 *
 * @param moved called with the bytes that were sent or need not be, for progress; negative when some must be sent again.
 * @returns whether anything was sent.
 * @throws ZooError as the server refuses, TRANSFER_FAILED, SERVER_UNREACHABLE
 */
export async function uploadBlob(
  connection: Connection,
  source: UploadSource,
  moved: (bytes: number) => void,
  signal?: AbortSignal,
): Promise<'sent' | 'present'> {
  const url = `${connection.url}/blobs/sha256/${source.sha256}`;
  let counted = 0;
  const count = (bytes: number) => {
    counted += bytes;
    moved(bytes);
  };
  return withRetries(
    `Sending ${source.sha256.slice(0, 12)} (${source.sizeBytes} bytes)`,
    async () => {
      const known = await askForOffset(connection, url, signal);
      if (known === 'present') {
        count(source.sizeBytes - counted);
        return 'present';
      }
      count(known - counted);
      await sendFrom(connection, url, source, known, count, signal);
      return 'sent';
    },
    signal,
  );
}

/** Where to go on: `present` when nothing is to be sent, else how many bytes the server kept. */
async function askForOffset(
  connection: Connection,
  url: string,
  signal: AbortSignal | undefined,
): Promise<'present' | number> {
  const response = await transferRequest(url, {
    method: 'HEAD',
    headers: authorization(connection),
    signal,
  }).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ECONNREFUSED' ? unreachable(connection, error) : error;
  });
  response.resume();
  if (response.statusCode === 200) return 'present';
  if (response.statusCode === 404) return Number(response.headers['upload-offset'] ?? 0);
  // An answer to HEAD has no body that says why.
  if (response.statusCode === 401) {
    throw new ZooError(
      'UNAUTHENTICATED',
      'Sending files needs a token; log in with `zoo login`, or give --token.',
    );
  }
  if (response.statusCode === 403) {
    throw new ZooError('FORBIDDEN', 'Sending files needs a token with the scope "write"; this one lacks it.');
  }
  throw await errorFromAnswer(response);
}

async function sendFrom(
  connection: Connection,
  url: string,
  source: UploadSource,
  offset: number,
  count: (bytes: number) => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  const counting = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      count(chunk.length);
      done(null, chunk);
    },
  });
  const file = source.open(offset);
  file.on('error', (error) => counting.destroy(error));
  counting.on('close', () => file.destroy());
  const response = await transferRequest(url, {
    method: offset === 0 ? 'PUT' : 'PATCH',
    headers: {
      ...authorization(connection),
      'content-length': source.sizeBytes - offset,
      'content-type': 'application/octet-stream',
      ...(offset === 0 ? {} : { 'upload-offset': offset }),
    },
    body: file.pipe(counting),
    signal,
  });
  if (response.statusCode === 201) {
    response.resume();
    return;
  }
  const error = await errorFromAnswer(response);
  // Another upload of ours moved on meanwhile: ask again where to go on.
  throw error.code === 'UPLOAD_OFFSET_MISMATCH' ? new Error(error.message) : error;
}
