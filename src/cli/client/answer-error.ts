import type { IncomingMessage } from 'node:http';
import type { ZooError } from '../../errors.js';
import { toZooError } from './graphql-request.js';
import { readText } from './transfer-request.js';

/** The error in the answer of a byte route: `{ errors: [{ message, extensions: { code } }] }`, or what its status says. */
export async function errorFromAnswer(response: IncomingMessage): Promise<ZooError> {
  const text = await readText(response).catch(() => '');
  const [error] = parseErrors(text);
  if (error) return toZooError(error.extensions?.['code'], error.message, error.extensions);
  return toZooError(undefined, `the server answered with status ${response.statusCode ?? 'unknown'}.`);
}

function parseErrors(text: string): { message: string; extensions?: Record<string, unknown> }[] {
  try {
    const body = JSON.parse(text) as { errors?: { message: string; extensions?: Record<string, unknown> }[] };
    return Array.isArray(body.errors) ? body.errors : [];
  } catch {
    return [];
  }
}
