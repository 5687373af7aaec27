import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { ZooError } from '../../errors.js';
import type { GraphQLContext } from '../context.js';
import { isExpected } from '../failure.js';

/**
 * Makes of an operation's errors what a client may see. A ZooError shows its code, message and details; mistakes of the
 * request itself (syntax, unknown fields) show as GraphQL words them; anything else is a fault: the client gets
 * INTERNAL and a request id, the log gets the rest.
 */
export function presentErrors(
  errors: readonly GraphQLError[],
  context: Pick<GraphQLContext, 'requestId' | 'log'>,
): GraphQLFormattedError[] {
  return errors.map((error) => presentError(error, context));
}

function presentError(
  error: GraphQLError,
  context: Pick<GraphQLContext, 'requestId' | 'log'>,
): GraphQLFormattedError {
  const place = {
    ...(error.path === undefined ? {} : { path: error.path }),
    ...(error.locations === undefined ? {} : { locations: error.locations }),
  };
  const cause = rootCause(error);
  if (cause instanceof ZooError && cause.code !== 'INTERNAL') {
    if (!isExpected(cause)) context.log.error({ err: cause, path: error.path }, 'operation failed');
    return { ...place, message: cause.message, extensions: { ...cause.details, code: cause.code } };
  }
  if (cause === undefined) {
    const { http: _http, stacktrace: _stacktrace, ...extensions } = error.extensions;
    return {
      ...place,
      message: error.message,
      extensions: { code: 'GRAPHQL_VALIDATION_FAILED', ...extensions },
    };
  }
  context.log.error({ err: cause, path: error.path }, 'operation failed');
  return {
    ...place,
    message: `Something went wrong in the server. Its log has the details under the request id ${context.requestId}.`,
    extensions: { code: 'INTERNAL', requestId: context.requestId },
  };
}

/** The error a resolver threw; undefined where GraphQL itself complains, as it does about a request. */
function rootCause(error: GraphQLError): unknown {
  let cause: unknown = error.originalError;
  while (cause instanceof GraphQLError && cause.originalError !== undefined) cause = cause.originalError;
  return cause instanceof GraphQLError ? undefined : cause;
}
