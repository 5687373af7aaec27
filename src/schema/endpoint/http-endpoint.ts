import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled';
import { expressMiddleware } from '@as-integrations/express5';
import type { RequestHandler } from 'express';
import { GraphQLError, type GraphQLSchema, type OperationDefinitionNode } from 'graphql';
import type { ErrorCode } from '../../error-codes.js';
import type { Principal } from '../../zoo/access/principal.js';
import type { Zoo } from '../../zoo/zoo.js';
import { createContext, type GraphQLContext } from '../context.js';
import { checkLimits, operationLimits } from './limits.js';
import { presentErrors } from './present-errors.js';

export interface HttpEndpoint {
  handler: RequestHandler;
  stop(): Promise<void>;
}

/**
 * GraphQL over HTTP. Requests that a browser could send across sites without asking are refused (Apollo's CSRF
 * prevention), batching is off, introspection is on: this is a tool one runs oneself, and its schema is in the package.
 *
 * The handler expects `response.locals.principal` and `response.locals.requestId`, and a parsed JSON body.
 */
export async function createHttpEndpoint(zoo: Zoo, schema: GraphQLSchema): Promise<HttpEndpoint> {
  const server = new ApolloServer<GraphQLContext>({
    schema,
    introspection: true,
    csrfPrevention: true,
    allowBatchedHttpRequests: false,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    parseOptions: { maxTokens: operationLimits.tokens },
    logger: zoo.log,
    plugins: [
      limitsPlugin(schema),
      errorsPlugin,
      ApolloServerPluginLandingPageDisabled(),
      // Answers depend on who asks and are not cached; the plugin would also wrap every field of every row.
      ApolloServerPluginCacheControlDisabled(),
    ],
  });
  await server.start();
  const handler = expressMiddleware(server, {
    context: ({ res }) =>
      Promise.resolve(
        createContext(zoo, res.locals['principal'] as Principal, res.locals['requestId'] as string),
      ),
  }) as RequestHandler;
  return { handler, stop: () => server.stop() };
}

function limitsPlugin(schema: GraphQLSchema): ApolloServerPlugin<GraphQLContext> {
  return {
    requestDidStart: () =>
      Promise.resolve({
        didResolveOperation: ({ document, operation, request }) => {
          if (operation) {
            refuseSubscription(operation);
            checkLimits(schema, document, operation, request.variables);
          }
          return Promise.resolve();
        },
      }),
  };
}

/** Answers over HTTP come whole, so what goes on and on has no place here. */
function refuseSubscription({ operation }: OperationDefinitionNode): void {
  if (operation !== 'subscription') return;
  throw new GraphQLError(
    'A subscription came as a plain HTTP request. Send it over a WebSocket to this address (protocol graphql-transport-ws), or poll: `job(id) { events(after) { … } }` is the same log.',
    { extensions: { code: 'SUBSCRIPTION_NEEDS_WEBSOCKET' satisfies ErrorCode, http: { status: 400 } } },
  );
}

/** Apollo's own `formatError` does not know the request; this does. */
const errorsPlugin: ApolloServerPlugin<GraphQLContext> = {
  requestDidStart: () =>
    Promise.resolve({
      willSendResponse: ({ errors, response, contextValue }) => {
        if (response.body.kind === 'single' && errors !== undefined && errors.length > 0) {
          const original = errors.filter((error) => error instanceof GraphQLError);
          response.body.singleResult.errors = presentErrors(original, contextValue);
        }
        return Promise.resolve();
      },
    }),
};
