import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { Router, type Request, type Response } from 'express';
import { ZooError } from '../../errors.js';
import { exampleOperations } from './example-operations.js';
import { graphiqlAssets, graphiqlVersion } from './graphiql-assets.js';

const assets = `/assets/graphiql-${graphiqlVersion}/`;

/** Scripts from here only; Monaco writes its styles into the page and draws its icons from data. */
const contentPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "font-src 'self' data:",
  "img-src 'self' data:",
  "worker-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** GraphiQL at `GET /graphql` for browsers, and its files. Works without any network but this server. */
export function graphiqlRoutes(): Router {
  const router = Router();
  router.get('/graphql', (request, response, next) => {
    // GraphiQL keeps what is typed in the address, `?query=…`: a browser that asks for HTML gets the page all the same.
    if (request.accepts(['json', 'html']) !== 'html') return next();
    response
      .setHeader('Content-Security-Policy', contentPolicy)
      .setHeader('Referrer-Policy', 'no-referrer')
      .setHeader('Cache-Control', 'no-cache')
      .type('html')
      .send(page());
  });
  router.get(`${assets}:name`, sendAsset);
  return router;
}

async function sendAsset(request: Request, response: Response): Promise<void> {
  const asset = (await graphiqlAssets()).get(String(request.params['name']));
  if (asset === undefined) throw new ZooError('NOT_FOUND', 'There is no such file.');
  response.setHeader('Content-Type', asset.contentType);
  response.setHeader('Cache-Control', 'public, max-age=31536000, immutable');
  response.setHeader('Vary', 'Accept-Encoding');
  if (request.acceptsEncodings('gzip') === 'gzip') {
    response.setHeader('Content-Encoding', 'gzip').send(asset.gzipped);
  } else {
    response.send(await promisify(gunzip)(asset.gzipped));
  }
}

function page(): string {
  const options = { endpoint: '/graphql', assets, examples: exampleOperations };
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>GraphiQL · Model Zoo</title>
    <link rel="icon" href="/assets/logo.svg" type="image/svg+xml">
    <link rel="stylesheet" href="${assets}graphiql.css">
    <link rel="stylesheet" href="/assets/graphiql-page.css">
  </head>
  <body>
    <noscript>GraphiQL needs JavaScript. The API itself does not: send POST requests to /graphql.</noscript>
    <div id="root"></div>
    <script type="application/json" id="options">${JSON.stringify(options).replaceAll('<', '\\u003c')}</script>
    <script src="${assets}graphiql.js"></script>
    <script src="/assets/graphiql-boot.js"></script>
  </body>
</html>
`;
}
