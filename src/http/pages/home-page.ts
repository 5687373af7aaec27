import type { Zoo } from '../../zoo/zoo.js';
import { html, type Html } from '../html.js';

/** What `/` shows: what this is, and where things are. */
export function homePage(_zoo: Zoo, _query: Record<string, unknown>): Promise<Html> {
  return Promise.resolve(html`<!doctype html><title>Model Zoo</title><a href="/graphql">GraphiQL</a>`);
}
