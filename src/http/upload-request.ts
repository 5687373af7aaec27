import type { Request, RequestHandler, Response } from 'express';
import type { Config } from '../config.js';
import { ZooError } from '../errors.js';

/** How long the rest of a refused body is read and dropped, so that the client gets to see why it is refused. */
const lingerMs = 5_000;

/** No upload lasts as long as a condemned blob is kept: see `storeBlob`. */
const longestUploadMs = 12 * 60 * 60 * 1000;

/**
 * The length of an upload's body, from its headers alone.
 *
 * @param offset bytes of the whole that were sent before.
 * @throws ZooError UPLOAD_LENGTH_REQUIRED, UPLOAD_TOO_LARGE, INPUT_INVALID for a compressed body.
 */
export function uploadLength(request: Request, limits: Config['limits'], offset: number): number {
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') {
    throw new ZooError(
      'INPUT_INVALID',
      `The body has the Content-Encoding "${encoding}"; a digest is that of the plain bytes. Send them as they are.`,
    );
  }
  const length = request.headers['content-length'];
  if (length === undefined) {
    throw new ZooError(
      'UPLOAD_LENGTH_REQUIRED',
      'The request does not say how long its body is. Send Content-Length instead of Transfer-Encoding: chunked.',
    );
  }
  const bytes = Number(length);
  if (offset + bytes > limits.maxUploadBytes) {
    throw new ZooError(
      'UPLOAD_TOO_LARGE',
      `The upload has ${offset + bytes} bytes; this server takes ${limits.maxUploadBytes} at most ` +
        '(ZOO_MAX_UPLOAD_BYTES). Split the data, or ask the operator to raise the limit.',
      { sizeBytes: offset + bytes, maxBytes: limits.maxUploadBytes },
    );
  }
  return bytes;
}

/**
 * Runs `work`, which reads the request's body, for no longer than an upload may last.
 *
 * @returns false when the client is gone, so that there is nobody to answer.
 */
export async function withUpload(request: Request, work: () => Promise<void>): Promise<boolean> {
  const deadline = setTimeout(() => request.destroy(), longestUploadMs);
  try {
    await work();
    return true;
  } catch (error) {
    if (request.socket.destroyed) return false;
    throw error;
  } finally {
    clearTimeout(deadline);
  }
}

/** Tells a client that waits for permission to send the body. */
export function acceptBody(request: Request, response: Response): void {
  if (request.headers.expect !== undefined) response.writeContinue();
}

/**
 * Lets clients see why an upload is refused. They may still be sending, and a connection that is closed on them at once takes the
 * answer along. Node reads the rest of the body away once the answer is sent; this limits for how long.
 */
export const dropRefusedBody: RequestHandler = (request, response, next) => {
  response.once('finish', () => {
    if (request.complete) return;
    const limit = setTimeout(() => request.socket.destroy(), lingerMs);
    request.once('close', () => clearTimeout(limit));
  });
  next();
};
