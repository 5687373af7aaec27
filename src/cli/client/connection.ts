import { loadClientConfig } from '../../config.js';
import { ZooError } from '../../errors.js';
import { readCredentials } from './credentials.js';

/** The zoo a command talks to, and as whom. */
export interface Connection {
  /** Without a slash at its end. */
  url: string;
  /** Undefined: anonymous, which sees what is public. */
  token: string | undefined;
}

const defaultUrl = 'http://127.0.0.1:4000';

/**
 * Settles where and as whom: flags first, then `ZOO_URL` and `ZOO_TOKEN`, then what `zoo login` saved, then this machine.
 * A saved token is only sent to the server it was saved for.
 *
 * @throws ZooError USAGE for a URL or a token that is none.
 */
export async function resolveConnection(flags: { url?: string; token?: string }): Promise<Connection> {
  const environment = loadClientConfig();
  const given = flags.url ?? environment.url;
  const saved = await readCredentials(environment.credentialsFile, given && normalizeUrl(given));
  return {
    url: normalizeUrl(given ?? saved?.url ?? defaultUrl),
    token: normalizeToken(flags.token ?? environment.token ?? saved?.token),
  };
}

/** A token without the blanks that copying adds around it. @throws ZooError USAGE for one that no header can carry. */
export function normalizeToken(text: string): string;
export function normalizeToken(text: string | undefined): string | undefined;
export function normalizeToken(text: string | undefined): string | undefined {
  const token = text?.trim();
  if (token === undefined || /^[\x21-\x7e]+$/.test(token)) return token;
  throw new ZooError(
    'USAGE',
    'The token is empty, or holds a space or a sign that tokens do not have; copy it again, as one word.',
  );
}

/** @throws ZooError USAGE */
function normalizeUrl(text: string): string {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    throw new ZooError('USAGE', `"${text}" is not the URL of a zoo; expected one such as ${defaultUrl}.`);
  }
  return text.replace(/\/+$/, '');
}

/** The headers that say who asks. */
export function authorization(connection: Connection): Record<string, string> {
  return connection.token === undefined ? {} : { authorization: `Bearer ${connection.token}` };
}

/** An error for a server that cannot be reached, naming its URL and what to try. */
export function unreachable(connection: Connection, cause: unknown): ZooError {
  return new ZooError(
    'SERVER_UNREACHABLE',
    `No zoo answers at ${connection.url}. Start one with \`zoo serve\`, or name another with --url or ZOO_URL.`,
    {},
    { cause },
  );
}
