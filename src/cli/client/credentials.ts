import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ZooError } from '../../errors.js';

/** What `zoo login` keeps: a token per server, and the server that is meant when none is named. */
interface Credentials {
  current: string;
  servers: Record<string, { token: string }>;
}

/** The saved server and token; the token of `url` where one is given. Undefined where nobody logged in. */
export async function readCredentials(
  file: string,
  url: string | undefined,
): Promise<{ url: string; token: string | undefined } | undefined> {
  const credentials = await load(file);
  const server = url ?? credentials?.current;
  if (server === undefined) return undefined;
  return { url: server, token: credentials?.servers[server]?.token };
}

/** Saves a token, readable by its owner only, and makes its server the current one. */
export async function saveCredentials(file: string, url: string, token: string): Promise<void> {
  const credentials = (await load(file)) ?? { current: url, servers: {} };
  const next: Credentials = { current: url, servers: { ...credentials.servers, [url]: { token } } };
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const temporary = `${file}.${process.pid}`;
  await writeFile(temporary, `${JSON.stringify(next, null, 2)}\n`, { mode: 0o600 });
  await chmod(temporary, 0o600);
  await rename(temporary, file);
}

async function load(file: string): Promise<Credentials | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const parsed = JSON.parse(text) as Credentials;
    if (typeof parsed.current === 'string' && typeof parsed.servers === 'object') return parsed;
  } catch {
    // Said below: a file that is no JSON is as unusable as one of another shape.
  }
  throw new ZooError(
    'CONFIG_INVALID',
    `${file} is not what \`zoo login\` writes; delete it and log in again.`,
  );
}
