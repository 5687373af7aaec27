import express, { type Request, type RequestHandler, type Router } from 'express';
import { ZooError } from '../errors.js';
import { requireScope } from '../zoo/access/principal.js';
import { findAdmittedBlob } from '../zoo/blobs/find-admitted-blob.js';
import { storeBlob } from '../zoo/blobs/store-blob.js';
import { checkFreeSpace } from '../zoo/disk-space.js';
import { assertDigest } from '../zoo/object-store/blob-key.js';
import type { Zoo } from '../zoo/zoo.js';
import { authenticateRequest } from './authenticate-request.js';
import { principalOf } from './principal-of.js';
import { acceptBody, dropRefusedBody, uploadLength, withUpload } from './upload-request.js';

/**
 * How bytes come in, by digest, with a token of scope `write`:
 *
 * - `HEAD /blobs/sha256/<digest>`: 200 when they need not be sent. 404 when they must; `Upload-Offset` then says how many
 *   bytes of an upload that broke off are kept.
 * - `PUT`: the whole bytes, with `Content-Length`. 201 once they are stored; sending them again is no error.
 * - `PATCH` with `Upload-Offset: <n>`: the bytes from the n-th on, to the end. 409 UPLOAD_OFFSET_MISMATCH, with the right
 *   `Upload-Offset`, when other than n bytes are kept.
 *
 * @see draft-ietf-httpbis-resumable-upload, whose `Upload-Offset` this is.
 */
export function blobRoutes(zoo: Zoo): Router {
  const router = express.Router();
  router
    .route('/blobs/sha256/:digest')
    .all(dropRefusedBody, authenticateRequest(zoo))
    .head(answerWhetherAdmitted(zoo))
    .put(receive(zoo, () => 0))
    .patch(receive(zoo, uploadOffset))
    .all((_request, response) => {
      response.setHeader('Allow', 'HEAD, PUT, PATCH');
      throw new ZooError(
        'METHOD_NOT_ALLOWED',
        'Blobs are sent with PUT or PATCH and asked for with HEAD; read them as files of a version.',
      );
    });
  return router;
}

function answerWhetherAdmitted(zoo: Zoo): RequestHandler {
  return async (request, response) => {
    const account = requireScope(principalOf(response), 'write');
    const sha256 = digestOf(request);
    const sizeBytes = await findAdmittedBlob(zoo, principalOf(response), sha256);
    response.setHeader('Cache-Control', 'no-store');
    if (sizeBytes !== undefined) {
      response.setHeader('Content-Length', sizeBytes).status(200).end();
      return;
    }
    const kept = await zoo.store.keptBytes(sha256, account.id);
    if (kept > 0) response.setHeader('Upload-Offset', kept);
    response.status(404).end();
  };
}

function receive(zoo: Zoo, offsetOf: (request: Request) => number): RequestHandler {
  return async (request, response) => {
    const answered = await withUpload(request, async () => {
      const principal = principalOf(response);
      requireScope(principal, 'write');
      const sha256 = digestOf(request);
      const offset = offsetOf(request);
      const length = uploadLength(request, zoo.config.limits, offset);
      const sizeBytes = offset + length;
      if (zoo.store.kind === 'local') {
        await checkFreeSpace(zoo.config.dataDirectory, zoo.config.limits.minFreeDiskBytes + length);
      }
      acceptBody(request, response);
      try {
        await storeBlob(zoo, principal, { sha256, sizeBytes }, request, { offset });
      } catch (error) {
        if (error instanceof ZooError && error.code === 'UPLOAD_OFFSET_MISMATCH') {
          response.setHeader('Upload-Offset', Number(error.details['offset']));
        }
        throw error;
      }
      response.status(201).json({ sha256, sizeBytes });
    });
    if (!answered) zoo.log.debug({ requestId: response.locals['requestId'] }, 'upload broken off');
  };
}

function digestOf(request: Request): string {
  const digest = String(request.params['digest']);
  assertDigest(digest);
  return digest;
}

function uploadOffset(request: Request): number {
  const text = request.headers['upload-offset'];
  if (typeof text !== 'string' || !/^\d{1,15}$/.test(text)) {
    throw new ZooError(
      'INPUT_INVALID',
      `The header Upload-Offset is ${JSON.stringify(text ?? null)}; PATCH needs it as a whole number: where the body begins.`,
    );
  }
  return Number(text);
}
