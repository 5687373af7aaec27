/** Starts the MinIO that the tests have built, in a folder of its own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir } from 'node:fs/promises';
import { get } from 'node:http';
import { homedir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';

export async function startMinio(folder) {
  const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'model-zoo-test');
  const built = (await readdir(cache).catch(() => [])).find((name) => name.startsWith('minio-'));
  if (built === undefined) {
    throw new Error(
      'There is no MinIO yet: run `npx vitest run test/object-store` once, or set S3_ENDPOINT and its keys.',
    );
  }
  await mkdir(folder, { recursive: true });
  const port = 20_000 + Math.floor(Math.random() * 20_000);
  const [accessKeyId, secretAccessKey] = ['zoo-bench', 'only-for-benches'];
  const child = spawn(
    join(cache, built, 'minio'),
    ['server', folder, '--address', `127.0.0.1:${port}`, '--quiet'],
    {
      env: {
        PATH: process.env.PATH,
        HOME: folder,
        MINIO_ROOT_USER: accessKeyId,
        MINIO_ROOT_PASSWORD: secretAccessKey,
        MINIO_BROWSER: 'off',
      },
      stdio: 'ignore',
    },
  );
  process.once('exit', () => child.kill('SIGKILL'));
  const endpoint = `http://127.0.0.1:${port}`;
  while (!(await isHealthy(`${endpoint}/minio/health/live`))) await delay(50);
  return {
    endpoint,
    accessKeyId,
    secretAccessKey,
    stop: async () => {
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}

function isHealthy(url) {
  return new Promise((resolve) => {
    get(url, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    }).on('error', () => resolve(false));
  });
}
