import type { Environment } from '../../config.js';

/** Flags of the commands that run on the server's side. Each is another way to set a variable. */
export interface ServerFlags {
  dataDir?: string;
  host?: string;
  port?: string;
}

/** The variables that the flags set; those that were not given stay as the environment has them. */
export function serverEnvironment(flags: ServerFlags): Environment {
  const variables = { ZOO_DATA_DIR: flags.dataDir, ZOO_HOST: flags.host, ZOO_PORT: flags.port };
  return Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== undefined));
}
