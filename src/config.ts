import { availableParallelism, homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { ZooError } from './errors.js';
import type { EngineName } from './learning/training/engines/training-engine.js';

const bytesAccepted = 'a byte count such as 1048576, 512MB or 20GB, below 8 PB';

/** A byte count: `1048576`, `512MB`, `20GB` (powers of 1024). */
const bytes = z
  .string()
  .regex(/^\d+(\.\d+)?\s*([KMGT]B?)?$/i, bytesAccepted)
  .transform((text) => {
    const unit = /[KMGT]/i.exec(text)?.[0].toUpperCase();
    return Math.round(parseFloat(text) * 1024 ** (unit ? 'KMGT'.indexOf(unit) + 1 : 0));
  })
  .refine(Number.isSafeInteger, bytesAccepted);

const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d+$/, `a whole number from ${min} to ${max}`)
    .transform(Number)
    .refine((value) => value >= min && value <= max, `a whole number from ${min} to ${max}`);

const yesOrNo = z.enum(['true', 'false'], 'true or false').transform((text) => text === 'true');

const url = (...protocols: string[]) =>
  z.string().refine((text) => URL.canParse(text) && protocols.includes(new URL(text).protocol), {
    message: `a URL that starts with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`,
  });

/** What `ZOO_ENGINE` may say. */
const engineChoices = ['auto', 'onnxruntime', 'tfjs-node-gpu', 'tfjs-node', 'tfjs-cpu'] as const satisfies (
  'auto' | EngineName
)[];

/** Every variable the zoo reads. Nothing set means the embedded default: one machine, one folder, CPU. */
const variables = {
  ZOO_DATA_DIR: z
    .string()
    .min(1)
    .default('zoo-data')
    .describe('folder of the embedded database, the local store and caches'),
  ZOO_HOST: z
    .string()
    .regex(/^[\w.:-]+$/, 'a host name or an IP address, without port or protocol')
    .default('127.0.0.1')
    .describe('address to listen on; 0.0.0.0 opens the zoo to the network'),
  ZOO_PORT: wholeNumber(0, 65535).prefault('4000').describe('port to listen on; 0 picks a free one'),
  ZOO_PUBLIC_URL: url('http:', 'https:').optional().describe('address under which others reach this server'),
  ZOO_LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent'], 'fatal, error, warn, info, debug or silent')
    .default('info')
    .describe('least severe log line written'),
  ZOO_ADMIN_TOKEN: z
    .string()
    .min(32, 'at least 32 characters')
    .optional()
    .describe('admin token to use instead of one printed at first start'),
  ZOO_ANONYMOUS_READ: yesOrNo
    .prefault('true')
    .describe('whether public models and data sets can be read without a token'),
  DATABASE_URL: url('postgres:', 'postgresql:')
    .optional()
    .describe('PostgreSQL to use instead of the embedded database'),
  DATABASE_POOL_SIZE: wholeNumber(1, 200)
    .prefault('10')
    .describe('connections to PostgreSQL a process keeps at most'),
  DATABASE_STATEMENT_TIMEOUT_SECONDS: wholeNumber(0, 86_400)
    .prefault('60')
    .describe('seconds after which a statement is given up; 0 never'),
  S3_ENDPOINT: url('http:', 'https:').optional().describe('S3 server to use instead of the local store'),
  S3_PUBLIC_ENDPOINT: url('http:', 'https:')
    .optional()
    .describe('S3 address that clients can reach, for download redirects'),
  S3_REGION: z.string().min(1).default('us-east-1').describe('S3 region'),
  S3_BUCKET: z
    .string()
    .regex(
      /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
      '3 to 63 lower-case letters, digits, dots and hyphens, beginning and ending with a letter or digit',
    )
    .default('modelzoo')
    .describe('S3 bucket; created if it is not there'),
  S3_ACCESS_KEY_ID: z.string().min(1).optional().describe('S3 access key'),
  S3_SECRET_ACCESS_KEY: z.string().min(1).optional().describe('S3 secret key'),
  ZOO_EMBEDDED_WORKER: yesOrNo.prefault('true').describe('whether `zoo serve` runs a worker of its own'),
  ZOO_WORKER_CONCURRENCY: wholeNumber(1, 64).prefault('1').describe('jobs a worker runs at once'),
  ZOO_WORKER_THREADS: wholeNumber(1, 256)
    .optional()
    .describe('CPU threads a job may use; all cores by default'),
  ZOO_ENGINE: z
    .enum(engineChoices, `${engineChoices.slice(0, -1).join(', ')} or ${engineChoices.at(-1)}`)
    .default('auto')
    .describe('what trains networks: auto takes a GPU where there is one, else ONNX Runtime'),
  ZOO_TFJS_ADDON_DIR: z
    .string()
    .min(1)
    .optional()
    .describe(
      'folder that scripts/build-tfjs-addon.mjs built into; model-zoo/tfjs-addon in the user’s cache by default',
    ),
  XDG_CACHE_HOME: z.string().min(1).optional().describe('the user’s cache folder; ~/.cache by default'),
  CUDA_VISIBLE_DEVICES: z
    .string()
    .regex(/^[\w,./:-]+$/, 'numbers or names of GPUs with commas between them, as CUDA takes them')
    .optional()
    .describe('GPUs that jobs may use; passed on to them'),
  LD_LIBRARY_PATH: z
    .string()
    .min(1)
    .optional()
    .describe('where a GPU’s driver is, when the system does not know; passed on to jobs'),
  ZOO_LEASE_SECONDS: wholeNumber(3, 3600)
    .prefault('30')
    .describe('seconds without a heartbeat after which a job is given to another worker'),
  ZOO_JOB_TIMEOUT_MINUTES: wholeNumber(1, 100_000)
    .prefault('1440')
    .describe('minutes after which one attempt of a job is stopped'),
  ZOO_MAX_UPLOAD_BYTES: bytes.prefault('20GB').describe('largest single upload'),
  ZOO_MIN_FREE_DISK_BYTES: bytes.prefault('1GB').describe('free space below which writes are refused'),
  ZOO_CACHE_BYTES: bytes.prefault('20GB').describe('size of the worker’s cache of blobs and features'),
};

export type Environment = Record<string, string | undefined>;

/** Names, defaults (empty where there is none) and descriptions of every variable, for the documentation and the compose test. */
export const configurationVariables = documented(variables);

export interface Config {
  readonly dataDirectory: string;
  readonly http: { readonly host: string; readonly port: number; readonly publicUrl: string | undefined };
  readonly logLevel: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'silent';
  readonly access: { readonly adminToken: string | undefined; readonly anonymousRead: boolean };
  /** Undefined url: the embedded database in `dataDirectory`. */
  readonly database: {
    readonly url: string | undefined;
    readonly poolSize: number;
    /** 0: never. */
    readonly statementTimeoutMs: number;
  };
  /** Undefined: the local store in `dataDirectory`. */
  readonly s3: S3Config | undefined;
  readonly worker: {
    readonly embedded: boolean;
    readonly concurrency: number;
    readonly threads: number;
    readonly leaseMs: number;
    readonly jobTimeoutMs: number;
    readonly cacheBytes: number;
    readonly engine: EngineConfig;
  };
  readonly limits: { readonly maxUploadBytes: number; readonly minFreeDiskBytes: number };
}

export interface EngineConfig {
  readonly wanted: (typeof engineChoices)[number];
  /** Where the tfjs addon is looked for, besides the packages installed with the zoo. */
  readonly addonFolder: string;
  /** What else of the environment the processes of jobs see: what a GPU needs, and nothing secret. */
  readonly environment: Readonly<Record<string, string>>;
}

export interface S3Config {
  readonly endpoint: string;
  readonly publicEndpoint: string | undefined;
  readonly region: string;
  readonly bucket: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** What the command line reads besides its flags. */
const clientVariables = {
  ZOO_URL: url('http:', 'https:').optional().describe('address of the zoo that `zoo` commands talk to'),
  ZOO_TOKEN: z.string().min(1).optional().describe('API token that `zoo` commands send'),
  XDG_CONFIG_HOME: z.string().min(1).optional().describe('folder under which `zoo login` keeps credentials'),
};

/** The same of the command line's variables. */
export const clientConfigurationVariables = documented(clientVariables);

function documented(
  shape: Record<string, z.ZodType>,
): { name: string; default: string; description: string }[] {
  return Object.entries(shape).map(([name, variable]) => {
    const absent =
      variable instanceof z.ZodDefault || variable instanceof z.ZodPrefault ? variable.def.defaultValue : '';
    return { name, default: String(absent), description: variable.description ?? '' };
  });
}

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
 * Reads the configuration, once, at an entry point. This is the only file that looks at the environment.
 * An empty variable counts as not set, as Compose files leave them.
 *
 * @throws ZooError CONFIG_INVALID naming every variable that is wrong, its value and what is accepted.
 */
export function loadConfig(environment: Environment = process.env): Config {
  const value = parseVariables(variables, environment, halfAnS3Store);
  return deepFreeze({
    dataDirectory: resolve(value.ZOO_DATA_DIR),
    http: { host: value.ZOO_HOST, port: value.ZOO_PORT, publicUrl: value.ZOO_PUBLIC_URL },
    logLevel: value.ZOO_LOG_LEVEL,
    access: { adminToken: value.ZOO_ADMIN_TOKEN, anonymousRead: value.ZOO_ANONYMOUS_READ },
    database: {
      url: value.DATABASE_URL,
      poolSize: value.DATABASE_POOL_SIZE,
      statementTimeoutMs: value.DATABASE_STATEMENT_TIMEOUT_SECONDS * 1000,
    },
    s3: s3Config(value),
    worker: {
      embedded: value.ZOO_EMBEDDED_WORKER,
      concurrency: value.ZOO_WORKER_CONCURRENCY,
      threads: value.ZOO_WORKER_THREADS ?? availableParallelism(),
      leaseMs: value.ZOO_LEASE_SECONDS * 1000,
      jobTimeoutMs: value.ZOO_JOB_TIMEOUT_MINUTES * 60_000,
      cacheBytes: value.ZOO_CACHE_BYTES,
      engine: engineConfig(value),
    },
    limits: { maxUploadBytes: value.ZOO_MAX_UPLOAD_BYTES, minFreeDiskBytes: value.ZOO_MIN_FREE_DISK_BYTES },
  });
}

function parseVariables<Shape extends z.ZodRawShape>(
  shape: Shape,
  environment: Environment,
  checkTogether: (given: Environment) => string[] = () => [],
) {
  const given = Object.fromEntries(
    Object.keys(shape)
      .filter((name) => environment[name] !== undefined && environment[name] !== '')
      .map((name) => [name, environment[name]]),
  );
  const parsed = z.object(shape).safeParse(given);
  const together = checkTogether(given);
  if (parsed.success && together.length === 0) return parsed.data;
  const each = (parsed.error?.issues ?? []).map((issue) => {
    const name = String(issue.path[0]);
    return `${name} is ${describeValue(name, given[name])}; accepted: ${issue.message}.`;
  });
  throw new ZooError('CONFIG_INVALID', [...each, ...together].join('\n'));
}

function engineConfig(value: z.output<z.ZodObject<typeof variables>>): EngineConfig {
  const cache = value.XDG_CACHE_HOME ?? join(homedir(), '.cache');
  const { CUDA_VISIBLE_DEVICES, LD_LIBRARY_PATH } = value;
  return {
    wanted: value.ZOO_ENGINE,
    addonFolder: resolve(value.ZOO_TFJS_ADDON_DIR ?? join(cache, 'model-zoo', 'tfjs-addon')),
    environment: {
      ...(CUDA_VISIBLE_DEVICES !== undefined && { CUDA_VISIBLE_DEVICES }),
      ...(LD_LIBRARY_PATH !== undefined && { LD_LIBRARY_PATH }),
    },
  };
}

function s3Config(value: z.output<z.ZodObject<typeof variables>>): S3Config | undefined {
  const {
    S3_ENDPOINT: endpoint,
    S3_ACCESS_KEY_ID: accessKeyId,
    S3_SECRET_ACCESS_KEY: secretAccessKey,
  } = value;
  if (endpoint === undefined || accessKeyId === undefined || secretAccessKey === undefined) return undefined;
  return {
    endpoint,
    publicEndpoint: value.S3_PUBLIC_ENDPOINT,
    region: value.S3_REGION,
    bucket: value.S3_BUCKET,
    accessKeyId,
    secretAccessKey,
  };
}

/** An S3 store needs all three of these; some of them without the others is a slip, not a wish for the local store. */
function halfAnS3Store(given: Environment): string[] {
  const needed = ['S3_ENDPOINT', 'S3_ACCESS_KEY_ID', 'S3_SECRET_ACCESS_KEY'];
  const [set, missing] = [true, false].map((wanted) => needed.filter((name) => name in given === wanted));
  if (set?.length === 0 || missing?.length === 0) return [];
  return [
    `${missing?.join(' and ')} is not set, but ${set?.join(' and ')} is; accepted: all three, or none for the local store.`,
  ];
}

/** Secrets, and what stands before the host of a URL, are not echoed. */
function describeValue(name: string, value: string | undefined): string {
  if (/TOKEN|SECRET|KEY|DATABASE_URL/.test(name)) return 'not accepted (value hidden)';
  return JSON.stringify(value?.replace(/\/\/[^/]*@/, '//…@'));
}

function deepFreeze<T extends object>(value: T): T {
  for (const part of Object.values(value)) if (part !== null && typeof part === 'object') deepFreeze(part);
  return Object.freeze(value);
}
