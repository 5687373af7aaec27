import { homedir } from 'node:os';
import { join } from 'node:path';
import { documentVariables } from './document-variables.js';
import { parseVariables, type Environment } from './parse-variables.js';
import { text, url } from './variable-kinds.js';

/** What the command line reads besides its flags. */
const clientVariables = {
  ZOO_URL: url('http:', 'https:').optional().describe('address of the zoo that `zoo` commands talk to'),
  ZOO_TOKEN: text.optional().describe('API token that `zoo` commands send'),
  XDG_CONFIG_HOME: text.optional().describe('folder under which `zoo login` keeps credentials'),
};

/** Names, defaults and descriptions of the command line's variables. */
export const clientConfigurationVariables = documentVariables(clientVariables);

/** Where a client command finds the zoo, as far as the environment says. */
export interface ClientConfig {
  readonly url: string | undefined;
  readonly token: string | undefined;
  /** File that `zoo login` writes and other commands read. */
  readonly credentialsFile: string;
}

/**
 * Reads what the command line takes from the environment.
 *
 * @throws ZooError CONFIG_INVALID naming every variable that is wrong.
 */
export function loadClientConfig(environment: Environment = process.env): ClientConfig {
  const value = parseVariables(clientVariables, environment);
  const folder = value.XDG_CONFIG_HOME ?? join(homedir(), '.config');
  return Object.freeze({
    url: value.ZOO_URL,
    token: value.ZOO_TOKEN,
    credentialsFile: join(folder, 'model-zoo', 'credentials.json'),
  });
}
