import { randomUUID } from 'node:crypto';
import { createServer as createHttpServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import express, { type RequestHandler, type Router } from 'express';
import { ZooError } from '../errors.js';
import type { Zoo } from '../zoo/zoo.js';
import { answerErrors } from './answer-errors.js';
import { authenticateRequest } from './authenticate-request.js';
import { handleExpectContinue } from './expect-continue.js';
import { graphiqlRoutes } from './graphiql/graphiql-routes.js';
import { healthRoutes } from './health-routes.js';
import { pageRoutes } from './pages/page-routes.js';
import { staticAssets } from './static-assets.js';

/** GraphQL as the HTTP side sees it: something that answers requests and takes over upgraded connections. */
export interface MountedGraphQL {
  http: { handler: RequestHandler; stop(): Promise<void> };
  webSocket: {
    upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
    stop(): Promise<void>;
  };
}

export interface RunningHttpServer {
  /** Where it listens, for example `http://127.0.0.1:4000`. */
  url: string;
  /** Takes no more requests, lets running ones end, and closes what is left after `drainMs`. */
  close(): Promise<void>;
}

/** How long running requests get to end when the server stops. */
const drainMs = 10_000;

/** How long a connection may stay silent; an upload may last hours as long as bytes keep coming. */
const silenceMs = 120_000;

/** How long an idle connection is kept: longer than proxies and clients keep theirs, so that none is closed under a request. */
const keepAliveMs = 75_000;

/**
 * Starts the HTTP server: GraphQL at `/graphql` (GraphiQL for browsers), bytes by `routers`, pages and health checks.
 *
 * @throws ZooError PORT_IN_USE
 */
export async function createServer(
  zoo: Zoo,
  graphql: MountedGraphQL,
  routers: Router[],
  bodyBytes: number,
): Promise<RunningHttpServer> {
  const app = express();
  app.disable('x-powered-by');
  app.set('etag', false);
  app.use(nameRequest);
  app.use(healthRoutes(zoo));
  app.use(staticAssets());
  app.use(graphiqlRoutes());
  app.use('/graphql', authenticateRequest(zoo), express.json({ limit: bodyBytes }), graphql.http.handler);
  for (const router of routers) app.use(router);
  app.use(pageRoutes(zoo));
  app.use(() => {
    throw new ZooError('NOT_FOUND', 'There is nothing at this address; `/` says where things are.');
  });
  app.use(answerErrors(zoo));

  const server = createHttpServer(app);
  handleExpectContinue(server, app);
  server.requestTimeout = 0;
  server.timeout = silenceMs;
  server.keepAliveTimeout = keepAliveMs;
  server.headersTimeout = keepAliveMs + 5_000;
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    // Node hands the bare connection over: what throws or fails here would end the whole server.
    socket.on('error', () => socket.destroy());
    const [path] = (request.url ?? '').split('?', 1);
    if (path !== '/graphql') {
      socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n');
    } else if (!isSameOrigin(request, zoo.config.http.publicUrl)) {
      socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n');
    } else {
      graphql.webSocket.upgrade(request, socket, head);
    }
  });
  const { host, port } = zoo.config.http;
  await listen(server, host, port);
  return {
    url: urlOf(server.address() as AddressInfo),
    close: () => close(server, graphql),
  };
}

/** Browsers keep a page of another site from reading our answers over HTTP, but not over WebSocket: we must. */
function isSameOrigin({ headers }: IncomingMessage, publicUrl: string | undefined): boolean {
  const { origin, host } = headers;
  if (origin === undefined) return true; // no browser
  if (!URL.canParse(origin)) return false;
  return new URL(origin).host === host || origin === (publicUrl && new URL(publicUrl).origin);
}

/** Every request has an id, in the answer's header and in each log line about it. */
const nameRequest: RequestHandler = (_request, response, next) => {
  const requestId = randomUUID();
  response.locals['requestId'] = requestId;
  response.setHeader('X-Request-Id', requestId);
  response.setHeader('X-Content-Type-Options', 'nosniff');
  next();
};

async function listen(server: Server, host: string, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'EADDRINUSE' ? portInUse(host, port) : error);
    });
    server.listen(port, host, resolve);
  });
}

function portInUse(host: string, port: number): ZooError {
  return new ZooError(
    'PORT_IN_USE',
    `Port ${port} on ${host} is in use by another program; stop that, or choose another with ZOO_PORT or --port (0 picks a free one).`,
  );
}

async function close(server: Server, graphql: MountedGraphQL): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  await graphql.webSocket.stop();
  // Node leaves a connection open whose request ends only now.
  const sweep = setInterval(() => server.closeIdleConnections(), 50);
  const deadline = setTimeout(() => server.closeAllConnections(), drainMs);
  await closed;
  clearInterval(sweep);
  clearTimeout(deadline);
  await graphql.http.stop();
}

function urlOf({ address, port, family }: AddressInfo): string {
  const host =
    address === '0.0.0.0' || address === '::' ? 'localhost' : family === 'IPv6' ? `[${address}]` : address;
  return `http://${host}:${port}`;
}
