import http from 'node:http';
import https from 'node:https';
import { Client } from 'minio';
import type { S3Config } from '../../config.js';
import { ZooError } from '../../errors.js';

/** A server that says nothing for so long is taken for dead. */
const silenceMs = 60_000;

/** A client and the connections it keeps. */
export interface S3Client {
  client: Client;
  /** Closes the idle connections. */
  close(): void;
}

/**
 * The `minio` client for an S3 address, with connections of its own and a limit on silence. Its own retries are off: they
 * cover HTTP statuses only and print to the console; ours (`retrying`) cover broken connections as well.
 *
 * @param endpoint `http(s)://host[:port]`.
 * @throws ZooError CONFIG_INVALID for an address with a path, which S3 signatures do not cover.
 */
export function createS3Client(endpoint: string, config: S3Config): S3Client {
  const url = new URL(endpoint);
  if (url.pathname !== '/' || url.search !== '') {
    throw new ZooError(
      'CONFIG_INVALID',
      `S3_ENDPOINT or S3_PUBLIC_ENDPOINT is "${endpoint}"; accepted: an address without a path, http(s)://host[:port].`,
    );
  }
  const secure = url.protocol === 'https:';
  const agent = new (secure ? https : http).Agent({
    keepAlive: true,
    keepAliveMsecs: 5_000,
    timeout: 60_000,
  });
  const client = new Client({
    endPoint: url.hostname,
    port: url.port === '' ? (secure ? 443 : 80) : Number(url.port),
    useSSL: secure,
    region: config.region,
    accessKey: config.accessKeyId,
    secretKey: config.secretAccessKey,
    transport: { request: requestWithLimits(secure ? https.request : http.request) },
    transportAgent: agent,
    retryOptions: { disableRetry: true },
  });
  return { client, close: () => agent.destroy() };
}

/** The statuses that the client answers with an error of its own, without reading the body. */
const unreadStatuses = new Set([408, 429, 499, 500, 502, 503, 504, 520]);

/** Gives up on a silent server, and reads bodies that the client leaves unread, which would hold the connection. */
function requestWithLimits(request: typeof http.request): typeof http.request {
  const limited = (
    options: http.RequestOptions,
    onResponse?: (response: http.IncomingMessage) => void,
  ): http.ClientRequest => {
    const sent = request(options, (response) => {
      if (unreadStatuses.has(response.statusCode ?? 0)) response.resume();
      onResponse?.(response);
    });
    sent.setTimeout(silenceMs, () =>
      sent.destroy(Object.assign(new Error('the S3 server does not answer'), { code: 'ETIMEDOUT' })),
    );
    return sent;
  };
  return limited as typeof http.request;
}
