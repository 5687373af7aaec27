import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

/** An S3 server that tests may create buckets on. */
export interface S3Server {
  name: string;
  endpoint: string;
  accessKeyId: string;
  secretAccessKey: string;
}

export interface S3Servers {
  servers: S3Server[];
  /** The servers that are not there, each with what would bring it. */
  missing: string[];
  stop(): Promise<void>;
}

interface Recipe {
  name: string;
  module: string;
  version: string;
  start(program: string, folder: string, port: number, keys: Keys): ChildProcess;
  healthPath: string;
}

type Keys = Pick<S3Server, 'accessKeyId' | 'secretAccessKey'>;

/** Two independent implementations: what passes on one only is a fault of ours or of theirs. */
const recipes: Recipe[] = [
  {
    name: 'minio',
    module: 'github.com/minio/minio',
    version: 'v0.0.0-20260212201848-7aac2a2c5b7c',
    start: (program, folder, port, { accessKeyId, secretAccessKey }) =>
      run(program, ['server', folder, '--address', `127.0.0.1:${port}`, '--quiet'], {
        MINIO_ROOT_USER: accessKeyId,
        MINIO_ROOT_PASSWORD: secretAccessKey,
        MINIO_BROWSER: 'off',
      }),
    healthPath: '/minio/health/live',
  },
  {
    name: 'versitygw',
    module: 'github.com/versity/versitygw/cmd/versitygw',
    version: 'v1.8.0',
    start: (program, folder, port, { accessKeyId, secretAccessKey }) =>
      run(program, ['--port', `127.0.0.1:${port}`, '--health', '/health', '--quiet', 'posix', folder], {
        ROOT_ACCESS_KEY: accessKeyId,
        ROOT_SECRET_KEY: secretAccessKey,
      }),
    healthPath: '/health',
  },
];

/**
 * Starts every S3 server that the contract suite runs on. The programs are built once with the Go toolchain, about two
 * minutes, and kept in a cache outside the work tree. `TEST_S3_ENDPOINT`, `TEST_S3_ACCESS_KEY_ID` and
 * `TEST_S3_SECRET_ACCESS_KEY` name a server of your own to use instead.
 */
export async function startS3Servers(): Promise<S3Servers> {
  const own = ownServer();
  if (own !== undefined) return { servers: [own], missing: [], stop: async () => undefined };
  const folder = await mkdtemp(join(tmpdir(), 'zoo-test-s3-'));
  const started: { server: S3Server; child: ChildProcess }[] = [];
  const missing: string[] = [];
  for (const recipe of recipes) {
    const program = await programOf(recipe);
    if (program === undefined) {
      missing.push(
        `${recipe.name}: install Go 1.26 or newer (it is built once, then cached), or set TEST_S3_ENDPOINT.`,
      );
      continue;
    }
    started.push(await startServer(recipe, program, join(folder, recipe.name)));
  }
  return {
    servers: started.map(({ server }) => server),
    missing,
    stop: async () => {
      await Promise.all(started.map(({ child }) => stopChild(child)));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function ownServer(): S3Server | undefined {
  const { TEST_S3_ENDPOINT, TEST_S3_ACCESS_KEY_ID, TEST_S3_SECRET_ACCESS_KEY } = process.env;
  if (TEST_S3_ENDPOINT === undefined || TEST_S3_ENDPOINT === '') return undefined;
  if (TEST_S3_ACCESS_KEY_ID === undefined || TEST_S3_SECRET_ACCESS_KEY === undefined) {
    throw new Error(
      'TEST_S3_ENDPOINT is set; set TEST_S3_ACCESS_KEY_ID and TEST_S3_SECRET_ACCESS_KEY as well.',
    );
  }
  return {
    name: new URL(TEST_S3_ENDPOINT).host,
    endpoint: TEST_S3_ENDPOINT,
    accessKeyId: TEST_S3_ACCESS_KEY_ID,
    secretAccessKey: TEST_S3_SECRET_ACCESS_KEY,
  };
}

/** The cached program, built first where there is a Go toolchain; undefined where neither is there. */
async function programOf({ name, module, version }: Recipe): Promise<string | undefined> {
  const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'model-zoo-test');
  const program = join(cache, `${name}-${version}`, name);
  if (existsSync(program)) return program;
  const go = promisify(execFile);
  try {
    await go('go', ['version']);
  } catch {
    return undefined;
  }
  console.log(`Building ${name} ${version} for the tests, once; this takes a minute or two.`);
  // Built aside and renamed, so that two test runs at once never start half a program.
  await mkdir(cache, { recursive: true });
  const aside = await mkdtemp(join(cache, 'build-'));
  try {
    await go('go', ['install', `${module}@${version}`], {
      cwd: aside,
      env: { ...process.env, GOBIN: aside },
    });
    await mkdir(dirname(program), { recursive: true });
    await rename(join(aside, name), program);
    return program;
  } catch (error) {
    console.warn(`Building ${name} failed: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}

async function startServer(
  recipe: Recipe,
  program: string,
  folder: string,
): Promise<{ server: S3Server; child: ChildProcess }> {
  await mkdir(folder, { recursive: true });
  const keys = { accessKeyId: 'zoo-test', secretAccessKey: 'zoo-test-secret' };
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const child = recipe.start(program, folder, port, keys);
  let output = '';
  child.stdout?.on('data', (text: Buffer) => (output += text.toString()));
  child.stderr?.on('data', (text: Buffer) => (output += text.toString()));
  for (const deadline = Date.now() + 30_000; !(await isHealthy(`${endpoint}${recipe.healthPath}`));) {
    if (child.exitCode !== null || Date.now() > deadline) {
      child.kill('SIGKILL');
      throw new Error(`${recipe.name} did not start:\n${output}`);
    }
    await delay(50);
  }
  return { server: { name: recipe.name, endpoint, ...keys }, child };
}

function run(program: string, args: string[], environment: Record<string, string>): ChildProcess {
  const child = spawn(program, args, {
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  process.once('exit', () => child.kill('SIGKILL'));
  return child;
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const forced = setTimeout(() => child.kill('SIGKILL'), 5_000);
  await exited;
  clearTimeout(forced);
}

async function isHealthy(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
