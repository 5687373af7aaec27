import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { CloseCode, GRAPHQL_TRANSPORT_WS_PROTOCOL } from 'graphql-ws';
import { useServer } from 'graphql-ws/use/ws';
import {
  getOperationAST,
  GraphQLError,
  parse,
  validate,
  type ExecutionArgs,
  type GraphQLSchema,
} from 'graphql';
import { WebSocketServer } from 'ws';
import { authenticate } from '../../zoo/access/authenticate.js';
import type { Zoo } from '../../zoo/zoo.js';
import { createContext, type GraphQLContext } from '../context.js';
import { checkLimits, operationLimits } from './limits.js';
import { presentErrors } from './present-errors.js';

export interface WebSocketEndpoint {
  /** Takes over an upgraded connection. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Ends all subscriptions and says goodbye to every client. */
  stop(): Promise<void>;
}

/**
 * GraphQL over WebSocket (the `graphql-transport-ws` protocol) with the same limits as over HTTP. Clients send their
 * token in the connection parameters, `{ authorization: 'Bearer …' }`, or in the upgrade's header. It is checked again
 * for every operation, so a revoked token starts nothing more on an open connection.
 */
export function createWebSocketEndpoint(zoo: Zoo, schema: GraphQLSchema): WebSocketEndpoint {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: operationLimits.bodyBytes,
    handleProtocols: (offered) =>
      offered.has(GRAPHQL_TRANSPORT_WS_PROTOCOL) ? GRAPHQL_TRANSPORT_WS_PROTOCOL : false,
  });
  const protocol = useServer<Record<string, unknown>>(
    {
      schema,
      connectionInitWaitTimeout: 10_000,
      onConnect: async ({ connectionParams, extra }) => {
        try {
          await authenticate(zoo, authorizationOf(connectionParams, extra.request));
          return true;
        } catch {
          extra.socket.close(CloseCode.Forbidden, 'The token is unknown, expired or revoked.');
          return false;
        }
      },
      onSubscribe: async ({ connectionParams, extra }, _id, payload) => {
        const requestId = randomUUID();
        try {
          const document = parse(payload.query, { maxTokens: operationLimits.tokens });
          const problems = validate(schema, document);
          if (problems.length > 0) return problems;
          const operation = getOperationAST(document, payload.operationName);
          if (operation === null || operation === undefined) {
            return [new GraphQLError('Unknown operation; name one of the document in `operationName`.')];
          }
          checkLimits(schema, document, operation, payload.variables);
          const principal = await authenticate(zoo, authorizationOf(connectionParams, extra.request));
          const cacheLoads = operation.operation !== 'subscription';
          return {
            schema,
            document,
            operationName: payload.operationName,
            variableValues: payload.variables,
            contextValue: createContext(zoo, principal, requestId, { cacheLoads }),
          };
        } catch (error) {
          const wrapped =
            error instanceof GraphQLError
              ? error
              : new GraphQLError('failed', {
                  originalError: error instanceof Error ? error : new Error(String(error)),
                });
          return presented([wrapped], { requestId, log: zoo.log });
        }
      },
      onNext: (_context, _id, _payload, args, result) =>
        result.errors === undefined
          ? undefined
          : { ...result, errors: presentErrors(result.errors, contextOf(args)) },
      onError: (_context, _id, _payload, errors) =>
        presentErrors(errors, { requestId: randomUUID(), log: zoo.log }),
    },
    sockets,
  );
  return {
    upgrade: (request, socket, head) =>
      sockets.handleUpgrade(request, socket, head, (client) => sockets.emit('connection', client, request)),
    stop: async () => {
      await protocol.dispose();
    },
  };
}

function authorizationOf(
  parameters: Record<string, unknown> | undefined,
  request: IncomingMessage,
): string | undefined {
  const given = parameters?.['authorization'] ?? parameters?.['Authorization'];
  return typeof given === 'string' ? given : request.headers.authorization;
}

function contextOf(args: ExecutionArgs): GraphQLContext {
  return args.contextValue as GraphQLContext;
}

/** Errors before execution, already fit for the client. */
function presented(
  errors: readonly GraphQLError[],
  context: Pick<GraphQLContext, 'requestId' | 'log'>,
): readonly GraphQLError[] {
  return presentErrors(errors, context).map(
    ({ message, extensions }) => new GraphQLError(message, extensions === undefined ? {} : { extensions }),
  );
}
