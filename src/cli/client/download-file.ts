import { createHash, type Hash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ZooError } from '../../errors.js';
import { authorization, type Connection } from './connection.js';
import { hashFile } from '../../learning/sha256.js';
import { errorFromAnswer } from './answer-error.js';
import { transferRequest } from './transfer-request.js';
import { withRetries } from './with-retries.js';

/** A file of a version and where it is fetched from. */
export interface RemoteFile {
  /** Below the server's address, beginning with a slash. */
  resolvePath: string;
  sha256: string;
  sizeBytes: number;
}

const redirectLimit = 3;

/**
 * Fetches a file to `target`, checking its digest as it streams. A file that is there already and has the digest is left
 * as it is. What an earlier run left behind is gone on with; a whole file appears under its name at once, or not at all.
 *
 * @param moved called with the bytes that came in, for progress.
 * @returns whether anything had to be fetched.
 * @throws ZooError DIGEST_MISMATCH, NOT_FOUND, TRANSFER_FAILED
 */
export async function downloadFile(
  connection: Connection,
  file: RemoteFile,
  target: string,
  moved: (bytes: number) => void,
  signal?: AbortSignal,
): Promise<'fetched' | 'present'> {
  const present = await sizeOf(target);
  if (present === file.sizeBytes && (await hashFile(target)).sha256 === file.sha256) {
    moved(file.sizeBytes);
    return 'present';
  }
  await mkdir(dirname(target), { recursive: true });
  // Named by its digest: a partial file of another version is never taken for this one's.
  const partial = `${target}.${file.sha256.slice(0, 12)}.partial`;
  let counted = 0;
  await withRetries(
    `Fetching ${file.resolvePath}`,
    async () => {
      const { hash, size } = await resumePoint(partial, file.sizeBytes);
      moved(size - counted);
      counted = size;
      if (size < file.sizeBytes || file.sizeBytes === 0) {
        const response = await openDownload(connection, file, size, signal);
        await appendTo(partial, size, response, hash, (bytes) => {
          counted += bytes;
          moved(bytes);
        });
      }
      await checkWhole(partial, hash, counted, file);
    },
    signal,
  );
  await rename(partial, target);
  return 'fetched';
}

async function openDownload(
  connection: Connection,
  file: RemoteFile,
  start: number,
  signal: AbortSignal | undefined,
): Promise<IncomingMessage> {
  const range = start > 0 ? { range: `bytes=${start}-` } : {};
  let url = `${connection.url}${file.resolvePath}`;
  for (let hop = 0; hop <= redirectLimit; hop++) {
    // The token is for the zoo alone: a redirect leads to the object store, whose address is signed.
    const own = new URL(url).origin === new URL(connection.url).origin;
    const headers = { ...range, ...(own ? authorization(connection) : {}) };
    const response = await transferRequest(url, { method: 'GET', headers, signal });
    const status = response.statusCode ?? 0;
    if (status >= 300 && status < 400 && response.headers.location !== undefined) {
      response.resume();
      url = new URL(response.headers.location, url).href;
    } else if (status === (start > 0 ? 206 : 200)) {
      return response;
    } else {
      throw await errorFromAnswer(response);
    }
  }
  throw new ZooError(
    'SERVER_ANSWER_UNEXPECTED',
    `${file.resolvePath} is redirected more than ${redirectLimit} times.`,
  );
}

async function appendTo(
  partial: string,
  start: number,
  response: IncomingMessage,
  hash: Hash,
  received: (bytes: number) => void,
): Promise<void> {
  const sink = createWriteStream(partial, { flags: start > 0 ? 'r+' : 'w', start });
  await pipeline(
    response,
    async function* (chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        hash.update(chunk);
        received(chunk.length);
        yield chunk;
      }
    },
    sink,
  );
}

async function checkWhole(partial: string, hash: Hash, size: number, file: RemoteFile): Promise<void> {
  if (size < file.sizeBytes)
    throw new Error(`the connection closed after ${size} of ${file.sizeBytes} bytes.`);
  const sha256 = hash.digest('hex');
  if (size === file.sizeBytes && sha256 === file.sha256) return;
  await rm(partial, { force: true });
  throw new ZooError(
    'DIGEST_MISMATCH',
    `${file.resolvePath} arrived with the digest ${sha256} and ${size} bytes; expected ${file.sha256} and ${file.sizeBytes}. What arrived was thrown away.`,
  );
}

/** Hashes what an earlier run left, so that the rest can be appended. */
async function resumePoint(partial: string, sizeBytes: number): Promise<{ hash: Hash; size: number }> {
  const hash = createHash('sha256');
  const size = await sizeOf(partial);
  if (size === undefined || size > sizeBytes) return { hash, size: 0 };
  for await (const chunk of createReadStream(partial)) hash.update(chunk as Buffer);
  return { hash, size };
}

async function sizeOf(path: string): Promise<number | undefined> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  return found?.size;
}
