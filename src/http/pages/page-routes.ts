import { readFileSync } from 'node:fs';
import { Router } from 'express';
import { ZooError } from '../../errors.js';
import type { Zoo } from '../../zoo/zoo.js';
import { authenticateRequest } from '../authenticate-request.js';
import { principalOf } from '../principal-of.js';
import { homePage } from './home-page.js';
import { modelPage } from './model-page.js';
import { sendPage } from './send-page.js';

/** What a page shows depends on who asks, and on the moment. */
const cacheControl = 'private, no-cache';

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
    sendPage(
      response.setHeader('Cache-Control', cacheControl),
      await homePage(zoo, principalOf(response), query),
    );
  });
  router.get('/models/:owner/:name', authenticateRequest(zoo), async (request, response) => {
    const { owner, name } = request.params;
    const page = await modelPage(zoo, principalOf(response), String(owner), String(name));
    if (page === undefined) {
      throw new ZooError('NOT_FOUND', 'There is no such model, or it is not visible to you.');
    }
    sendPage(response.setHeader('Cache-Control', cacheControl), page);
  });
  router.get('/schema.graphql', (_request, response) => {
    response.setHeader('Cache-Control', 'no-cache').type('text/plain').send(schemaText());
  });
  return router;
}

let schema: string | undefined;
function schemaText(): string {
  schema ??= readFileSync(new URL('../../../schema.graphql', import.meta.url), 'utf8');
  return schema;
}
