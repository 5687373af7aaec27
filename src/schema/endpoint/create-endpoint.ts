import type { GraphQLSchema } from 'graphql';
import type { Zoo } from '../../zoo/zoo.js';
import { createHttpEndpoint, type HttpEndpoint } from './http-endpoint.js';
import { createWebSocketEndpoint, type WebSocketEndpoint } from './websocket-endpoint.js';

/** The schema, served over both transports. */
export interface GraphQLEndpoint {
  http: HttpEndpoint;
  webSocket: WebSocketEndpoint;
}

export async function createEndpoint(zoo: Zoo, schema: GraphQLSchema): Promise<GraphQLEndpoint> {
  return { http: await createHttpEndpoint(zoo, schema), webSocket: createWebSocketEndpoint(zoo, schema) };
}
