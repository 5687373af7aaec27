import { readdirSync, readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { Router } from 'express';
import { hashBytes } from '../learning/sha256.js';

const contentTypes: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.js': 'text/javascript; charset=utf-8',
};

/** The few files our own pages need, from the package's `assets` folder, read once. */
export function staticAssets(): Router {
  const folder = new URL('../../assets/', import.meta.url);
  const router = Router();
  for (const name of readdirSync(folder)) {
    const contentType = contentTypes[extname(name)];
    if (contentType === undefined) continue;
    const body = readFileSync(new URL(name, folder));
    const etag = `"${hashBytes(body).slice(0, 32)}"`;
    router.get(`/assets/${name}`, (request, response) => {
      response
        .setHeader('ETag', etag)
        .setHeader('Cache-Control', 'no-cache')
        .setHeader('Content-Type', contentType);
      if (request.headers['if-none-match'] === etag) response.status(304).end();
      else response.send(body);
    });
  }
  return router;
}
