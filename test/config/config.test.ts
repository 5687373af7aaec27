import { availableParallelism, homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { assumeProduction, configurationVariables, loadConfig, type Environment } from '../../src/config.js';
import { ZooError } from '../../src/errors.js';

/** The message that a start with this environment ends in. */
function refusal(environment: Environment): string {
  try {
    loadConfig(environment);
  } catch (error) {
    expect(error).toBeInstanceOf(ZooError);
    expect(error).toMatchObject({ code: 'CONFIG_INVALID' });
    return (error as ZooError).message;
  }
  throw new Error(`${JSON.stringify(environment)} was accepted.`);
}

test('nothing configured is one machine, one folder, this machine only', () => {
  expect(loadConfig({})).toEqual({
    dataDirectory: resolve('zoo-data'),
    http: { host: '127.0.0.1', port: 4000, publicUrl: undefined },
    logLevel: 'info',
    access: { adminToken: undefined, anonymousRead: true },
    database: { url: undefined, poolSize: 10, statementTimeoutMs: 60_000 },
    s3: undefined,
    worker: {
      embedded: true,
      concurrency: 1,
      threads: availableParallelism(),
      leaseMs: 30_000,
      jobTimeoutMs: 86_400_000,
      jobDiskBytes: 20 * 1024 ** 3,
      cacheBytes: 20 * 1024 ** 3,
      transferProfiles: true,
      engine: {
        wanted: 'auto',
        addonFolder: join(homedir(), '.cache/model-zoo/tfjs-addon'),
        environment: {},
      },
    },
    plugins: { folder: resolve('zoo-data/plugins'), listed: [], permissions: true },
    limits: { maxUploadBytes: 20 * 1024 ** 3, minFreeDiskBytes: 1024 ** 3 },
  });
});

test('every variable set to something else is read', () => {
  const environment = {
    ZOO_DATA_DIR: '/srv/zoo',
    ZOO_HOST: '::1',
    ZOO_PORT: '0',
    ZOO_PUBLIC_URL: 'https://zoo.example.org/models',
    ZOO_LOG_LEVEL: 'silent',
    ZOO_ADMIN_TOKEN: 'a'.repeat(32),
    ZOO_ANONYMOUS_READ: 'false',
    DATABASE_URL: 'postgresql://zoo:secret@db.example.org:5433/zoo?sslmode=require',
    DATABASE_POOL_SIZE: '200',
    DATABASE_STATEMENT_TIMEOUT_SECONDS: '0',
    S3_ENDPOINT: 'http://store:9000',
    S3_PUBLIC_ENDPOINT: 'https://store.example.org',
    S3_REGION: 'eu-central-1',
    S3_BUCKET: 'my-zoo.models',
    S3_ACCESS_KEY_ID: 'key',
    S3_SECRET_ACCESS_KEY: 'secret',
    ZOO_EMBEDDED_WORKER: 'false',
    ZOO_WORKER_CONCURRENCY: '4',
    ZOO_WORKER_THREADS: '2',
    ZOO_ENGINE: 'tfjs-node',
    ZOO_TFJS_ADDON_DIR: '/opt/tfjs',
    XDG_CACHE_HOME: '/var/cache/zoo',
    CUDA_VISIBLE_DEVICES: '0,GPU-8f2c',
    NVIDIA_TF32_OVERRIDE: '0',
    LD_LIBRARY_PATH: '/usr/local/nvidia/lib64',
    ZOO_LEASE_SECONDS: '3',
    ZOO_JOB_TIMEOUT_MINUTES: '5',
    ZOO_PLUGINS_DIR: '/srv/plugins',
    ZOO_PLUGINS: 'my-strategy, @scope/other,./local',
    ZOO_MAX_UPLOAD_BYTES: '1.5 kb',
    ZOO_MIN_FREE_DISK_BYTES: '0',
    ZOO_PLUGIN_PERMISSIONS: 'false',
    ZOO_JOB_DISK_BYTES: '3G',
    ZOO_TRANSFER_PROFILES: 'false',
    ZOO_CACHE_BYTES: '2T',
  };
  // Held to the list, so that a new variable cannot be forgotten here.
  expect(Object.keys(environment).sort()).toEqual(configurationVariables.map(({ name }) => name).sort());
  expect(loadConfig(environment)).toEqual({
    dataDirectory: '/srv/zoo',
    http: { host: '::1', port: 0, publicUrl: 'https://zoo.example.org/models' },
    logLevel: 'silent',
    access: { adminToken: 'a'.repeat(32), anonymousRead: false },
    database: { url: environment.DATABASE_URL, poolSize: 200, statementTimeoutMs: 0 },
    s3: {
      endpoint: 'http://store:9000',
      publicEndpoint: 'https://store.example.org',
      region: 'eu-central-1',
      bucket: 'my-zoo.models',
      accessKeyId: 'key',
      secretAccessKey: 'secret',
    },
    worker: {
      embedded: false,
      concurrency: 4,
      threads: 2,
      leaseMs: 3000,
      jobTimeoutMs: 300_000,
      jobDiskBytes: 3 * 1024 ** 3,
      cacheBytes: 2 * 1024 ** 4,
      transferProfiles: false,
      engine: {
        wanted: 'tfjs-node',
        addonFolder: '/opt/tfjs',
        environment: {
          CUDA_VISIBLE_DEVICES: '0,GPU-8f2c',
          NVIDIA_TF32_OVERRIDE: '0',
          LD_LIBRARY_PATH: '/usr/local/nvidia/lib64',
        },
      },
    },
    plugins: {
      folder: '/srv/plugins',
      listed: ['my-strategy', '@scope/other', resolve('local')],
      permissions: false,
    },
    limits: { maxUploadBytes: 1536, minFreeDiskBytes: 0 },
  });
});

const wrong: [variable: string, value: string, accepted: RegExp][] = [
  ['ZOO_HOST', 'http://localhost', /a host name or an IP address/],
  ['ZOO_PORT', '65536', /a whole number from 0 to 65535/],
  ['ZOO_PORT', '-1', /a whole number from 0 to 65535/],
  ['ZOO_PORT', '4000.5', /a whole number from 0 to 65535/],
  ['ZOO_PORT', '0x10', /a whole number from 0 to 65535/],
  ['ZOO_PORT', ' 80', /a whole number from 0 to 65535/],
  ['ZOO_PUBLIC_URL', 'zoo.example.org', /a URL that starts with http:\/\/ or https:\/\//],
  ['ZOO_PUBLIC_URL', 'ftp://zoo.example.org', /a URL that starts with http:\/\/ or https:\/\//],
  ['ZOO_LOG_LEVEL', 'verbose', /fatal, error, warn, info, debug or silent/],
  ['ZOO_ANONYMOUS_READ', 'yes', /true or false/],
  ['DATABASE_POOL_SIZE', '0', /a whole number from 1 to 200/],
  ['DATABASE_STATEMENT_TIMEOUT_SECONDS', '1e3', /a whole number from 0 to 86400/],
  ['S3_ENDPOINT', 's3://bucket', /a URL that starts with http:\/\/ or https:\/\//],
  ['S3_PUBLIC_ENDPOINT', '//store', /a URL that starts with http:\/\/ or https:\/\//],
  ['S3_BUCKET', 'Models', /3 to 63 lower-case letters, digits, dots and hyphens/],
  ['S3_BUCKET', 'ab', /3 to 63 lower-case letters, digits, dots and hyphens/],
  ['ZOO_EMBEDDED_WORKER', '1', /true or false/],
  ['ZOO_TRANSFER_PROFILES', 'sometimes', /true or false/],
  ['ZOO_WORKER_CONCURRENCY', '65', /a whole number from 1 to 64/],
  ['ZOO_WORKER_THREADS', '0', /a whole number from 1 to 256/],
  ['ZOO_ENGINE', 'gpu', /auto, onnxruntime, tfjs-node-gpu, tfjs-node or tfjs-cpu/],
  ['CUDA_VISIBLE_DEVICES', '0; 1', /numbers or names of GPUs/],
  ['NVIDIA_TF32_OVERRIDE', '1', /0, or nothing/],
  ['ZOO_LEASE_SECONDS', '2', /a whole number from 3 to 3600/],
  ['ZOO_JOB_TIMEOUT_MINUTES', '0', /a whole number from 1 to 100000/],
  ['ZOO_PLUGINS', 'my-strategy;other', /names of packages, or folders/],
  ['ZOO_PLUGINS', 'my-strategy,,other', /names of packages, or folders/],
  ['ZOO_PLUGINS', 'https://example.org/strategy.tgz', /names of packages, or folders/],
  ['ZOO_MAX_UPLOAD_BYTES', '20 gigabytes', /a byte count such as 1048576, 512MB or 20GB/],
  ['ZOO_MIN_FREE_DISK_BYTES', '-5GB', /a byte count such as 1048576, 512MB or 20GB/],
  ['ZOO_PLUGIN_PERMISSIONS', 'off', /true or false/],
  ['ZOO_JOB_DISK_BYTES', 'much', /a byte count such as/],
  ['ZOO_CACHE_BYTES', '9000TB', /a byte count such as 1048576, 512MB or 20GB/],
];

test.each(wrong)('%s=%s is refused, naming variable, value and what is accepted', (name, value, accepted) => {
  const lines = refusal({ [name]: value })
    .split('\n')
    .filter((line) => line.startsWith(`${name} is`));
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain(`${name} is ${JSON.stringify(value)}; accepted: `);
  expect(lines[0]).toMatch(accepted);
});

test('every variable that has a wrong value is among those tried', () => {
  // Any text that is not empty is a folder, a region, a key; the rest must be able to be wrong.
  const anything = [
    'ZOO_DATA_DIR',
    'S3_REGION',
    'S3_ACCESS_KEY_ID',
    'S3_SECRET_ACCESS_KEY',
    'ZOO_TFJS_ADDON_DIR',
    'XDG_CACHE_HOME',
    'LD_LIBRARY_PATH',
    'ZOO_PLUGINS_DIR',
  ];
  const hidden = ['ZOO_ADMIN_TOKEN', 'DATABASE_URL'];
  const tried = new Set([...wrong.map(([name]) => name), ...anything, ...hidden]);
  expect([...tried].sort()).toEqual(configurationVariables.map(({ name }) => name).sort());
});

test.each([
  ['ZOO_ADMIN_TOKEN', 'sup3rsecret', /at least 32 characters/],
  [
    'DATABASE_URL',
    'mysql://zoo:sup3rsecret@db/zoo',
    /a URL that starts with postgres:\/\/ or postgresql:\/\//,
  ],
])('a wrong %s is refused without echoing it', (name, value, accepted) => {
  const message = refusal({ [name]: value });
  expect(message).toContain(name);
  expect(message).toMatch(accepted);
  expect(message).not.toContain('sup3rsecret');
});

test('user and password inside any URL are not echoed', () => {
  const message = refusal({ ZOO_PUBLIC_URL: 'ftp://ada:sup3rsecret@files.example.org/' });
  expect(message).toContain('//…@files.example.org');
  expect(message).not.toContain('sup3rsecret');
});

test('all wrong values are named at once', () => {
  const message = refusal({ ZOO_PORT: 'x', ZOO_LEASE_SECONDS: '0', S3_ENDPOINT: 'http://store:9000' });
  expect(message.split('\n').map((line) => line.split(' ')[0])).toEqual([
    'ZOO_PORT',
    'ZOO_LEASE_SECONDS',
    'S3_ACCESS_KEY_ID',
  ]);
});

test.each([
  [{ S3_ENDPOINT: 'http://store:9000', S3_ACCESS_KEY_ID: 'key' }, /^S3_SECRET_ACCESS_KEY is not set/],
  [{ S3_ACCESS_KEY_ID: 'key', S3_SECRET_ACCESS_KEY: 'secret' }, /^S3_ENDPOINT is not set/],
])('part of an S3 store is refused instead of quietly using the local one', (environment, message) => {
  expect(refusal(environment)).toMatch(message);
  expect(refusal(environment)).toContain('accepted: all three, or none for the local store');
});

test('an empty variable counts as not set, as Compose files leave them', () => {
  const empty = Object.fromEntries(configurationVariables.map(({ name }) => [name, '']));
  expect(loadConfig(empty)).toEqual(loadConfig({}));
});

test('variables that are none of ours are left alone', () => {
  expect(loadConfig({ PATH: '/bin', HOME: '/root', PORT: 'not a port' })).toEqual(loadConfig({}));
});

test('the configuration is frozen, all the way down', () => {
  const config = loadConfig({
    S3_ENDPOINT: 'http://store:9000',
    S3_ACCESS_KEY_ID: 'key',
    S3_SECRET_ACCESS_KEY: 'secret',
  });
  for (const part of [config, ...Object.values(config).filter((value) => typeof value === 'object')]) {
    expect(Object.isFrozen(part)).toBe(true);
  }
  expect(() => Object.assign(config.http, { port: 1 })).toThrow(TypeError);
});

test('every variable says what it is for', () => {
  expect(configurationVariables.filter(({ description }) => description === '')).toEqual([]);
});

test('a server runs its libraries as in production, unless the environment says otherwise', () => {
  const environments: Environment[] = [{}, { NODE_ENV: '' }, { NODE_ENV: 'development' }];
  environments.forEach(assumeProduction);
  expect(environments.map((environment) => environment['NODE_ENV'])).toEqual([
    'production',
    'production',
    'development',
  ]);
});
