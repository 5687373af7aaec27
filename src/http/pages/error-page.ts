import type { ZooError } from '../../errors.js';
import { html, type Html } from '../html.js';
import { layout } from './layout.js';

/** What a browser shows instead of a page that cannot be shown: what happened, its code, and a way back. */
export function errorPage(error: ZooError): Html {
  const title = error.httpStatus === 404 ? 'Not here' : 'That did not work';
  return layout(
    `${title} · Model Zoo`,
    html`<section class="hero">
      <h1>${title}</h1>
      <p>${error.message} <code>${error.code}</code></p>
      <p><a href="/">All models</a></p>
    </section>`,
  );
}
