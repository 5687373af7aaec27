import { request as httpRequest, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** How long a transfer may stand still before it is given up and tried again. */
const silenceMs = 60_000;

/**
 * One HTTP request for bytes: a streamed body of known length goes out, a stream comes back. Unlike `fetch` it sends
 * `Content-Length` with a stream, which lets the server refuse what is too large before a byte has moved.
 */
export async function transferRequest(
  url: string,
  options: { method: string; headers?: OutgoingHttpHeaders; body?: Readable; signal?: AbortSignal },
): Promise<IncomingMessage> {
  const send = url.startsWith('https:') ? httpsRequest : httpRequest;
  const request = send(url, { method: options.method, headers: options.headers, signal: options.signal });
  request.setTimeout(silenceMs, () => request.destroy(new Error(`nothing moved for ${silenceMs / 1000} s`)));
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    request.once('response', resolve);
    request.once('error', reject);
  });
  if (options.body === undefined) {
    request.end();
    return answered;
  }
  // The server may answer (and refuse) before it has read the whole body: its answer wins over a broken pipe.
  const sent = pipeline(options.body, request).then(
    () => answered,
    (error: unknown) => Promise.race([answered, failSoon(error)]),
  );
  return Promise.race([answered, sent]);
}

async function failSoon(error: unknown): Promise<never> {
  await new Promise((resolve) => setTimeout(resolve, 500));
  throw error;
}

/** The whole body, for answers that are small. */
export async function readText(response: IncomingMessage): Promise<string> {
  response.setEncoding('utf8');
  let text = '';
  for await (const chunk of response) text += chunk as string;
  return text;
}
