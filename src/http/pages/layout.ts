import { html, type Html } from '../html.js';

/** No scripts at all; styles and pictures from here. */
export const pagePolicy = [
  "default-src 'none'",
  "style-src 'self'",
  "img-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** The frame of every page for people. */
export function layout(title: string, body: Html): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title}</title>
        <link rel="icon" href="/assets/logo.svg" type="image/svg+xml" />
        <link rel="stylesheet" href="/assets/pages.css" />
      </head>
      <body>
        <header class="top">
          <a class="brand" href="/"><img src="/assets/logo.svg" alt="" width="32" height="32" /> Model Zoo</a>
          <nav>
            <a href="/">Models</a>
            <a href="/graphql">GraphiQL</a>
            <a href="/schema.graphql">Schema</a>
          </nav>
        </header>
        <main>${body}</main>
        <footer>
          <p>
            A self-hosted zoo of pretrained models: browse them, adapt them to your pictures, and publish the
            result with its lineage and an honest evaluation.
          </p>
        </footer>
      </body>
    </html> `;
}
