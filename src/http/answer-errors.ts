import type { ErrorRequestHandler } from 'express';
import { ZooError } from '../errors.js';
import type { Zoo } from '../zoo/zoo.js';
import { errorPage } from './pages/error-page.js';
import { sendPage } from './pages/send-page.js';

/**
 * Answers what a route threw, in the shape GraphQL clients read too: `{ errors: [{ message, extensions: { code } }] }`.
 * A person who opens an address in a browser gets a page. Faults are logged under the request id and shown as INTERNAL.
 */
export function answerErrors(zoo: Zoo): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    if (response.headersSent) {
      zoo.log.error({ err: error, requestId: requestIdOf(response.locals) }, 'answer broken off');
      next(error);
      return;
    }
    const known = asZooError(error);
    const requestId = requestIdOf(response.locals);
    if (known === undefined || known.httpStatus === 500) {
      zoo.log.error({ err: error, requestId, method: request.method, path: request.path }, 'request failed');
    }
    const shown =
      known ??
      new ZooError(
        'INTERNAL',
        `Something went wrong in the server. Its log has the details under the request id ${requestId}.`,
      );
    if (shown.code === 'UNAUTHENTICATED') response.setHeader('WWW-Authenticate', 'Bearer realm="model zoo"');
    response.setHeader('Cache-Control', 'no-store');
    response.status(shown.httpStatus);
    if (request.method === 'GET' && request.accepts(['json', 'html']) === 'html') {
      sendPage(response, errorPage(shown));
      return;
    }
    response.json({
      errors: [{ message: shown.message, extensions: { ...shown.details, code: shown.code } }],
    });
  };
}

function asZooError(error: unknown): ZooError | undefined {
  if (error instanceof ZooError) return error;
  // body-parser and the router mark what the client got wrong with a status.
  const { status, type } = error as { status?: unknown; type?: unknown };
  if (status === 413) {
    return new ZooError(
      'REQUEST_TOO_LARGE',
      'The request body is too large; a GraphQL request may have 1 MiB. Files go to /blobs.',
    );
  }
  if (status === 400 || status === 415) {
    const message =
      type === 'entity.parse.failed' ? 'The request body is not valid JSON.' : 'The request is malformed.';
    return new ZooError('INPUT_INVALID', `${message} Send a JSON object with \`query\` and \`variables\`.`);
  }
  return undefined;
}

function requestIdOf(locals: Record<string, unknown>): string {
  return String(locals['requestId']);
}
