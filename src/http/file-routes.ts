import { basename } from 'node:path/posix';
import { pipeline } from 'node:stream/promises';
import express, { type Request, type RequestHandler, type Response, type Router } from 'express';
import { ZooError } from '../errors.js';
import { readBlob } from '../zoo/blobs/read-blob.js';
import { findFile, type FileReference, type FoundFile } from '../zoo/find-file.js';
import { contentDisposition } from '../zoo/object-store/content-disposition.js';
import type { BlobAddress, ByteRange } from '../zoo/object-store/object-store.js';
import type { Zoo } from '../zoo/zoo.js';
import { authenticateRequest } from './authenticate-request.js';
import { parseByteRange } from './byte-range.js';
import { fileType } from './file-type.js';
import { principalOf } from './principal-of.js';
import { sendFilePart } from './send-file-part.js';
import { reportsFolder } from '../learning/reports/version-report.js';
import { hashBytes } from '../learning/sha256.js';

/** How long a link into the object store is good. It only has to last until the download has begun. */
const linkSeconds = 300;

/** How long anybody may keep a file of a numbered version, which never changes. */
const yearSeconds = 365 * 24 * 60 * 60;

/**
 * How bytes go out: `GET /models/<owner>/<name>/resolve/<revision>/<path>` and the same under `/datasets/`, with ETag, Range
 * and the digest in a header. Where the store is S3, a GET is redirected to a link signed for a few minutes, except for pictures
 * that our pages show.
 */
export function fileRoutes(zoo: Zoo): Router {
  const router = express.Router();
  for (const kind of ['model', 'dataset'] as const) {
    router.get(
      `/${kind}s/:owner/:name/resolve/:revision/*path`,
      authenticateRequest(zoo),
      sendFile(zoo, kind),
    );
  }
  return router;
}

function sendFile(zoo: Zoo, kind: FileReference['kind']): RequestHandler {
  return async (request, response) => {
    const reference = referenceOf(kind, request);
    const found = await findFile(zoo, principalOf(response), reference);
    const address = addressOf(found);
    const headers = describe(found, reference.path, address.sha256);
    response.setHeaders(headers);
    try {
      await answer(zoo, request, response, reference, found, address);
    } catch (error) {
      // An error is not the file: it must not carry the file's headers.
      if (!response.headersSent) for (const name of headers.keys()) response.removeHeader(name);
      throw error;
    }
  };
}

async function answer(
  zoo: Zoo,
  request: Request,
  response: Response,
  reference: FileReference,
  found: FoundFile,
  { sha256, sizeBytes }: BlobAddress,
): Promise<void> {
  const etag = `"${sha256}"`;
  if (matches(request.headers['if-none-match'], etag)) {
    response.status(304).end();
    return;
  }
  const range = rangeOf(request, response, etag, sizeBytes);
  if (request.method === 'GET' && !('text' in found.content) && !isReportPicture(reference)) {
    const { contentType } = fileType(reference.path);
    const filename = basename(reference.path);
    const link = await zoo.store.presignedGet(sha256, linkSeconds, { filename, contentType });
    if (link !== undefined) {
      response.setHeader('Cache-Control', 'no-store').status(302).setHeader('Location', link).end();
      return;
    }
  }
  const span = range ?? { start: 0, end: sizeBytes - 1 };
  const send = request.method === 'HEAD' ? endAtOnce : await openSender(zoo, found, span);
  response.setHeader('Content-Length', span.end - span.start + 1);
  if (range !== undefined) {
    response.status(206).setHeader('Content-Range', `bytes ${span.start}-${span.end}/${sizeBytes}`);
  }
  try {
    await send(response);
  } catch (error) {
    // The client went away, or the store broke off and the client sees too few bytes: there is nothing left to answer.
    zoo.log.debug({ err: error, requestId: response.locals['requestId'] }, 'download broken off');
  }
}

/** Our pages show these, and may show what comes from here only: a link into the store would lead elsewhere. */
function isReportPicture({ kind, path }: FileReference): boolean {
  return kind === 'model' && path.startsWith(reportsFolder) && path.endsWith('.png');
}

type Sender = (response: Response) => Promise<void>;

const endAtOnce: Sender = async (response) => void response.end();

/** Gets hold of the bytes before the answer begins, while an error can still be one. */
async function openSender(zoo: Zoo, { content }: FoundFile, span: ByteRange): Promise<Sender> {
  if ('text' in content) {
    const bytes = Buffer.from(content.text).subarray(span.start, span.end + 1);
    return async (response) => void response.end(bytes);
  }
  const file = await zoo.store.openFile(content.sha256);
  if (file !== undefined) return (response) => sendFilePart(file, span, response);
  const stream = await readBlob(zoo, content.sha256, span);
  return (response) => pipeline(stream, response);
}

function referenceOf(kind: FileReference['kind'], { params }: Request): FileReference {
  const path = params['path'];
  return {
    kind,
    owner: String(params['owner']),
    name: String(params['name']),
    revision: String(params['revision']),
    path: Array.isArray(path) ? path.join('/') : String(path),
  };
}

function addressOf({ content }: FoundFile): BlobAddress {
  if (!('text' in content)) return content;
  return {
    sha256: hashBytes(content.text),
    sizeBytes: Buffer.byteLength(content.text),
  };
}

/** Headers that every answer about the file carries, 304 and redirect included. */
function describe(found: FoundFile, path: string, sha256: string): Map<string, string> {
  const { contentType, disposition } = fileType(path);
  const headers = new Map([
    ['ETag', `"${sha256}"`],
    ['X-Checksum-Sha256', sha256],
    ['Repr-Digest', `sha-256=:${Buffer.from(sha256, 'hex').toString('base64')}:`],
    ['Accept-Ranges', 'bytes'],
    ['Content-Type', contentType],
    ['Content-Disposition', contentDisposition(basename(path), disposition)],
    ['Cache-Control', cacheControl(found)],
    ['Vary', 'Authorization'],
    // People upload these files: whatever is in them must not act as a page of this server.
    ['Content-Security-Policy', "default-src 'none'; sandbox"],
  ]);
  // Pages elsewhere may load public models with tfjs; nothing is allowed by cookies here.
  if (found.visibility === 'PUBLIC') {
    headers.set('Access-Control-Allow-Origin', '*');
    headers.set('Access-Control-Expose-Headers', 'ETag, Content-Range, X-Checksum-Sha256');
    headers.set('Cross-Origin-Resource-Policy', 'cross-origin');
  }
  return headers;
}

/** Private files are asked for again each time, because who may have them can change. */
function cacheControl({ visibility, immutable }: FoundFile): string {
  if (visibility === 'PRIVATE') return 'private, no-cache';
  return immutable ? `public, max-age=${yearSeconds}, immutable` : 'public, no-cache';
}

/** @see RFC 9110, section 13.1.2; the comparison is weak. */
function matches(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  if (header.trim() === '*') return true;
  return header.split(',').some((candidate) => candidate.trim().replace(/^W\//, '') === etag);
}

function rangeOf(
  request: Request,
  response: Response,
  etag: string,
  sizeBytes: number,
): ByteRange | undefined {
  const condition = request.headers['if-range'];
  // A part of another file than the one the client began with would be worse than the whole.
  if (condition !== undefined && condition !== etag) return undefined;
  try {
    return parseByteRange(request.headers.range, sizeBytes);
  } catch (error) {
    if (error instanceof ZooError) response.setHeader('Content-Range', `bytes */${sizeBytes}`);
    throw error;
  }
}
