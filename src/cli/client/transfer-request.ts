import { request as httpRequest, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** How long a transfer may stand still before it is given up and tried again. */
const silenceMs = 60_000;

/** How long the server's word to go on is waited for; servers that know nothing of it stay silent. */
const continueMs = 1_000;

/**
 * One HTTP request for bytes: a streamed body of known length goes out, a stream comes back. Unlike `fetch` it sends
 * `Content-Length` with a stream and asks before it sends (`Expect: 100-continue`), so that what will be refused is
 * refused before the bytes have moved.
 */
export async function transferRequest(
  url: string,
  options: { method: string; headers?: OutgoingHttpHeaders; body?: Readable; signal?: AbortSignal },
): Promise<IncomingMessage> {
  const { method, body, signal } = options;
  const send = url.startsWith('https:') ? httpsRequest : httpRequest;
  const headers = { ...options.headers, ...(body === undefined ? {} : { expect: '100-continue' }) };
  const request = send(url, { method, headers, signal });
  request.setTimeout(silenceMs, () => request.destroy(new Error(`nothing moved for ${silenceMs / 1000} s.`)));
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    request.once('response', resolve);
    request.once('error', reject);
  });
  if (body === undefined) {
    request.end();
    return answered;
  }
  request.flushHeaders();
  const early = await Promise.race([
    answered,
    new Promise<void>((resolve) => {
      request.once('continue', resolve);
      setTimeout(resolve, continueMs).unref();
    }),
  ]).catch((error: unknown) => {
    body.destroy();
    throw error;
  });
  if (early !== undefined) {
    body.destroy();
    request.destroy();
    return early;
  }
  // The server may answer, and refuse, before it has read the whole body: a failed sending leaves it to `answered`,
  // which fails too where there is no answer.
  pipeline(body, request).catch(() => undefined);
  return answered;
}

/** The whole body, for answers that are small. */
export async function readText(response: IncomingMessage): Promise<string> {
  response.setEncoding('utf8');
  let text = '';
  for await (const chunk of response) text += chunk as string;
  return text;
}
