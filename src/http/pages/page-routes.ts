import { readFileSync } from 'node:fs';
import { Router, type Response } from 'express';
import { ZooError } from '../../errors.js';
import type { Zoo } from '../../zoo/zoo.js';
import { authenticateRequest } from '../authenticate-request.js';
import type { Html } from '../html.js';
import { principalOf } from '../principal-of.js';
import { homePage } from './home-page.js';
import { pagePolicy } from './layout.js';
import { modelPage } from './model-page.js';

/**
 * Pages for people, rendered here and without scripts: `/`, `/models/<owner>/<name>`, and the schema as text. A browser
 * sends no token, so they show what is public.
 */
export function pageRoutes(zoo: Zoo): Router {
  const router = Router();
  router.get('/', authenticateRequest(zoo), async (request, response) => {
    const { q, after } = request.query;
    const query = {
      origin: zoo.config.http.publicUrl ?? `${request.protocol}://${request.headers.host ?? ''}`,
      search: typeof q === 'string' ? q.slice(0, 200) : '',
      after: typeof after === 'string' && after !== '' ? after : undefined,
    };
    sendPage(response, await homePage(zoo, principalOf(response), query));
  });
  router.get('/models/:owner/:name', authenticateRequest(zoo), async (request, response) => {
    const { owner, name } = request.params;
    const page = await modelPage(zoo, principalOf(response), String(owner), String(name));
    if (page === undefined) {
      throw new ZooError('NOT_FOUND', 'There is no such model, or it is not visible to you.');
    }
    sendPage(response, page);
  });
  router.get('/schema.graphql', (_request, response) => {
    response.setHeader('Cache-Control', 'no-cache').type('text/plain').send(schemaText());
  });
  return router;
}

function sendPage(response: Response, page: Html): void {
  response
    .setHeader('Content-Security-Policy', pagePolicy)
    .setHeader('Referrer-Policy', 'same-origin')
    .setHeader('Cache-Control', 'private, no-cache')
    .type('html')
    .send(page.text);
}

let schema: string | undefined;
function schemaText(): string {
  schema ??= readFileSync(new URL('../../../schema.graphql', import.meta.url), 'utf8');
  return schema;
}
