import { resolve } from 'node:path';
import { databaseConfig, databaseVariables, type DatabaseConfig } from './config/database.js';
import { documentVariables } from './config/document-variables.js';
import { limitsConfig, limitVariables, type LimitsConfig } from './config/limits.js';
import { halfAnS3Store, objectStoreVariables, s3Config, type S3Config } from './config/object-store.js';
import { parseVariables, type Environment } from './config/parse-variables.js';
import { pluginsConfig, pluginVariables, type PluginsConfig } from './config/plugins.js';
import {
  accessConfig,
  httpConfig,
  serverVariables,
  type AccessConfig,
  type HttpConfig,
  type LogLevel,
} from './config/server.js';
import { workerConfig, workerVariables, type WorkerConfig } from './config/worker.js';

export { clientConfigurationVariables, loadClientConfig, type ClientConfig } from './config/client.js';
export type { EngineConfig } from './config/engine.js';
export type { S3Config } from './config/object-store.js';
export type { Environment } from './config/parse-variables.js';
export type { PluginsConfig } from './config/plugins.js';

/** Every variable the zoo reads, a file per subject. Nothing set means the embedded default: one machine, one folder, CPU. */
const variables = {
  ...serverVariables,
  ...databaseVariables,
  ...objectStoreVariables,
  ...workerVariables,
  ...pluginVariables,
  ...limitVariables,
};

/** Names, defaults (empty where there is none) and descriptions of every variable, for the documentation and the compose test. */
export const configurationVariables = documentVariables(variables);

export interface Config {
  readonly dataDirectory: string;
  readonly http: HttpConfig;
  readonly logLevel: LogLevel;
  readonly access: AccessConfig;
  readonly database: DatabaseConfig;
  /** Undefined: the local store in `dataDirectory`. */
  readonly s3: S3Config | undefined;
  readonly worker: WorkerConfig;
  readonly plugins: PluginsConfig;
  readonly limits: LimitsConfig;
}

/** The environment with some variables set otherwise: how flags of `zoo serve` become configuration. */
export function environmentWith(overrides: Environment): Environment {
  return { ...process.env, ...overrides };
}

/**
 * Lets the libraries of a server know that nobody develops them here, unless the environment says otherwise. They look
 * when they are loaded (GraphQL then leaves out checks of every value it answers), so this comes before.
 */
export function assumeProduction(environment: Environment = process.env): void {
  environment['NODE_ENV'] ||= 'production';
}

/**
 * Reads the configuration, once, at an entry point. Only this file and `config/` look at the environment.
 *
 * @throws ZooError CONFIG_INVALID naming every variable that is wrong, its value and what is accepted.
 */
export function loadConfig(environment: Environment = process.env): Config {
  const value = parseVariables(variables, environment, halfAnS3Store);
  const dataDirectory = resolve(value.ZOO_DATA_DIR);
  return deepFreeze({
    dataDirectory,
    http: httpConfig(value),
    logLevel: value.ZOO_LOG_LEVEL,
    access: accessConfig(value),
    database: databaseConfig(value),
    s3: s3Config(value),
    worker: workerConfig(value),
    plugins: pluginsConfig(value, dataDirectory),
    limits: limitsConfig(value),
  });
}

function deepFreeze<T extends object>(value: T): T {
  for (const part of Object.values(value)) if (part !== null && typeof part === 'object') deepFreeze(part);
  return Object.freeze(value);
}
