import {
  request as httpRequest,
  type ClientRequest,
  type IncomingMessage,
  type OutgoingHttpHeaders,
} from 'node:http';
import { buffer } from 'node:stream/consumers';

export interface RawAnswer {
  status: number;
  headers: IncomingMessage['headers'];
  body: Buffer;
  /** The error's code, where the body is one. */
  code: string | undefined;
}

/** Opens a request and leaves its body to the caller: tests break bodies off, hold them back or lie about them. */
export function openRequest(
  url: string,
  method: string,
  headers: OutgoingHttpHeaders,
): { request: ClientRequest; answer: Promise<RawAnswer> } {
  const request = httpRequest(url, { method, headers, agent: false });
  const answer = new Promise<RawAnswer>((resolve, reject) => {
    request.once('error', reject);
    request.once('response', (response) => {
      buffer(response)
        .then((body) =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body, code: codeOf(body) }),
        )
        .catch(reject);
    });
  });
  return { request, answer };
}

/** A whole request, redirects not followed. */
export async function send(
  url: string,
  method: string,
  headers: OutgoingHttpHeaders = {},
  body?: Buffer,
): Promise<RawAnswer> {
  const { request, answer } = openRequest(url, method, {
    ...headers,
    ...(body === undefined ? {} : { 'content-length': body.length }),
  });
  request.end(body);
  return answer;
}

function codeOf(body: Buffer): string | undefined {
  try {
    const { errors } = JSON.parse(body.toString()) as { errors?: { extensions?: { code?: string } }[] };
    return errors?.[0]?.extensions?.code;
  } catch {
    return undefined;
  }
}
