import { createInterface } from 'node:readline/promises';
import { loadClientConfig } from '../../config.js';
import { ZooError } from '../../errors.js';
import { normalizeToken } from '../client/connection.js';
import { saveCredentials } from '../client/credentials.js';
import { graphqlRequest } from '../client/graphql-request.js';
import type { CommandContext } from '../command-context.js';

const query = `query Login { viewer { account { name } scopes } }`;

interface LoginData {
  viewer: { account: { name: string }; scopes: string[] } | null;
}

/** `zoo login`: checks a token with its server and saves it, readable by you alone. Without --token it is asked for. */
export async function login(
  { connection, output }: CommandContext,
  given: string | undefined,
): Promise<void> {
  const token = normalizeToken(given ?? (await askForToken()));
  const { viewer } = await graphqlRequest<LoginData>({ ...connection, token }, query);
  if (viewer === null) throw new ZooError('UNAUTHENTICATED', `${connection.url} does not know this token.`);
  const { credentialsFile } = loadClientConfig();
  await saveCredentials(credentialsFile, connection.url, token);
  output.line(
    `Logged in to ${connection.url} as ${viewer.account.name} (${viewer.scopes.join(', ').toLowerCase()}).`,
  );
  output.note(`Saved in ${credentialsFile}.`);
  output.document({ url: connection.url, account: viewer.account.name, scopes: viewer.scopes });
}

/** From the terminal without showing it, or the first line of standard input. */
async function askForToken(): Promise<string> {
  const { stdin, stderr } = process;
  if (stdin.isTTY) stderr.write('Token (not shown): ');
  const lines = createInterface({ input: stdin, terminal: stdin.isTTY });
  try {
    for await (const line of lines) {
      if (line.trim() !== '') return line.trim();
    }
  } finally {
    lines.close();
    if (stdin.isTTY) stderr.write('\n');
  }
  throw new ZooError('USAGE', 'No token was given; pass --token, or write it to standard input.');
}
