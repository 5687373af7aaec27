import { Router } from 'express';
import type { Zoo } from '../../zoo/zoo.js';
import { homePage } from './home-page.js';

/** Pages for people: `/` lists what anyone may see. */
export function pageRoutes(zoo: Zoo): Router {
  const router = Router();
  router.get('/', async (request, response) => {
    const page = await homePage(zoo, request.query);
    response.type('html').send(page.text);
  });
  return router;
}
