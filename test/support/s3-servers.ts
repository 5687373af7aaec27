import { execFile, execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePort, startServerProcess } from './server-process.js';

/** An S3 server that tests may create buckets on. */
export interface S3Server {
  endpoint: string;
  accessKeyId: string;
  secretAccessKey: string;
}

export type S3ServerName = 'minio' | 'versitygw';

interface Recipe {
  module: string;
  version: string;
  args(folder: string, address: string): string[];
  environment(keys: Omit<S3Server, 'endpoint'>): Record<string, string>;
  healthPath: string;
}

/** Two independent implementations: what passes on one only is a fault of ours or of theirs. */
const recipes: Record<S3ServerName, Recipe> = {
  minio: {
    module: 'github.com/minio/minio',
    version: 'v0.0.0-20260212201848-7aac2a2c5b7c',
    args: (folder, address) => ['server', folder, '--address', address, '--quiet'],
    environment: ({ accessKeyId, secretAccessKey }) => ({
      MINIO_ROOT_USER: accessKeyId,
      MINIO_ROOT_PASSWORD: secretAccessKey,
      MINIO_BROWSER: 'off',
    }),
    healthPath: '/minio/health/live',
  },
  versitygw: {
    module: 'github.com/versity/versitygw/cmd/versitygw',
    version: 'v1.8.0',
    args: (folder, address) => ['--port', address, '--health', '/health', '--quiet', 'posix', folder],
    environment: ({ accessKeyId, secretAccessKey }) => ({
      ROOT_ACCESS_KEY: accessKeyId,
      ROOT_SECRET_KEY: secretAccessKey,
    }),
    healthPath: '/health',
  },
};

export const s3ServerNames: S3ServerName[] = ['minio', 'versitygw'];

/** Building a server takes a minute or two, once; hooks that may be the first to ask for one wait so long. */
export const s3StartTimeoutMs = 900_000;

/**
 * What would make this machine able to run an S3 server; undefined where it is. Asked while tests are collected, so that
 * suites are left out by name.
 */
export function remedyForNoS3Server(name: S3ServerName): string | undefined {
  if (ownServer(name) !== undefined || existsSync(cachedProgram(name))) return undefined;
  try {
    execFileSync('go', ['version'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return `install Go 1.26 or newer, or set ${variable(name, 'ENDPOINT')}, _ACCESS_KEY_ID and _SECRET_ACCESS_KEY.`;
  }
}

/**
 * Starts an S3 server. Its program is built with the Go toolchain and kept in a cache outside the work tree.
 * `TEST_MINIO_ENDPOINT`, `TEST_MINIO_ACCESS_KEY_ID` and `TEST_MINIO_SECRET_ACCESS_KEY` (or `TEST_VERSITYGW_…`) name a
 * running server to use in its place.
 */
export async function startS3Server(
  name: S3ServerName,
): Promise<{ server: S3Server; stop(): Promise<void> }> {
  const own = ownServer(name);
  if (own !== undefined) return { server: own, stop: () => Promise.resolve() };
  const recipe = recipes[name];
  const command = await buildOnce(name);
  const folder = await mkdtemp(join(tmpdir(), `zoo-${name}-`));
  const keys = { accessKeyId: 'zoo-test', secretAccessKey: 'only-for-tests' };
  const address = `127.0.0.1:${await freePort()}`;
  const running = startServerProcess({
    command,
    args: recipe.args(folder, address),
    signal: 'SIGTERM',
    env: { PATH: process.env.PATH, HOME: folder, ...recipe.environment(keys) },
  });
  await Promise.race([answers(`http://${address}${recipe.healthPath}`), running.ended]);
  return {
    server: { endpoint: `http://${address}`, ...keys },
    stop: async () => {
      await running.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function ownServer(name: S3ServerName): S3Server | undefined {
  const endpoint = process.env[variable(name, 'ENDPOINT')];
  const accessKeyId = process.env[variable(name, 'ACCESS_KEY_ID')];
  const secretAccessKey = process.env[variable(name, 'SECRET_ACCESS_KEY')];
  if (!endpoint) return undefined;
  if (!accessKeyId || !secretAccessKey) {
    throw new Error(
      `${variable(name, 'ENDPOINT')} is set; set its _ACCESS_KEY_ID and _SECRET_ACCESS_KEY as well.`,
    );
  }
  return { endpoint, accessKeyId, secretAccessKey };
}

function variable(name: S3ServerName, suffix: string): string {
  return `TEST_${name.toUpperCase()}_${suffix}`;
}

function cachedProgram(name: S3ServerName): string {
  return join(cacheFolder(), `${name}-${recipes[name].version}`, name);
}

function cacheFolder(): string {
  return join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'model-zoo-test');
}

/** Built aside and renamed, so that two test runs at once never start half a program. */
async function buildOnce(name: S3ServerName): Promise<string> {
  const program = cachedProgram(name);
  if (existsSync(program)) return program;
  const { module, version } = recipes[name];
  console.log(`Building ${name} ${version} for the tests, once; this takes a minute or two.`);
  await mkdir(cacheFolder(), { recursive: true });
  const aside = await mkdtemp(join(cacheFolder(), 'build-'));
  try {
    await promisify(execFile)('go', ['install', `${module}@${version}`], {
      cwd: aside,
      env: { ...process.env, GOBIN: aside },
    });
    await mkdir(dirname(program), { recursive: true });
    await rename(join(aside, name), program);
    return program;
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}

/** Resolves when the server says that it is well. */
async function answers(url: string): Promise<void> {
  for (const deadline = Date.now() + 60_000; ; await delay(25)) {
    try {
      if ((await fetch(url)).ok) return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
  }
}
