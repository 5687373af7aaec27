import type { Response } from 'express';
import type { Html } from '../html.js';
import { pagePolicy } from './layout.js';

/** Sends a page with the policy that every page has: nothing runs, nothing comes from elsewhere. */
export function sendPage(response: Response, page: Html): void {
  response
    .setHeader('Content-Security-Policy', pagePolicy)
    .setHeader('Referrer-Policy', 'same-origin')
    .type('html')
    .send(page.text);
}
