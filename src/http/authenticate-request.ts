import type { RequestHandler } from 'express';
import { authenticate } from '../zoo/access/authenticate.js';
import type { Zoo } from '../zoo/zoo.js';

/** Puts who asks into `response.locals.principal`, or answers 401 when the token is not good. */
export function authenticateRequest(zoo: Zoo): RequestHandler {
  return async (request, response, next) => {
    response.locals['principal'] = await authenticate(zoo, request.headers.authorization);
    next();
  };
}
