import { blobRoutes } from './http/blob-routes.js';
import { createServer, type RunningHttpServer } from './http/create-server.js';
import { fileRoutes } from './http/file-routes.js';
import { buildZooSchema } from './schema/build-schema.js';
import { createEndpoint } from './schema/endpoint/create-endpoint.js';
import { operationLimits } from './schema/endpoint/limits.js';
import type { Zoo } from './zoo/zoo.js';

/** Serves a zoo whose database and store are open: GraphQL, bytes, pages. Used by `zoo serve` and by the tests. */
export async function startServer(zoo: Zoo): Promise<RunningHttpServer> {
  const endpoint = await createEndpoint(zoo, buildZooSchema());
  const routers = [blobRoutes(zoo), fileRoutes(zoo)];
  return createServer(zoo, endpoint, routers, operationLimits.bodyBytes);
}
