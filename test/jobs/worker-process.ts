import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { entryPoint } from '../../src/entry-points.js';
import type { JobsFixture } from './support.js';

/** A worker in a process of its own, as `zoo worker` starts it, that can be killed and paused. */
export interface WorkerProcess {
  id: string;
  process: ChildProcess;
  kill(): Promise<void>;
}

/** Starts a worker on the fixture's database and store. Resolves once it takes jobs. */
export async function startWorkerProcess(
  { zoo, databaseUrl }: JobsFixture,
  environment: Record<string, string> = {},
): Promise<WorkerProcess> {
  const dist = new URL('../../', entryPoint('jobs/child/attempt-child'));
  const script = `
    const { loadConfig } = await import(${JSON.stringify(new URL('config.js', dist).href)});
    const { startWorker } = await import(${JSON.stringify(new URL('worker.js', dist).href)});
    const worker = await startWorker(loadConfig());
    console.log(worker.id);
    process.once('SIGTERM', () => worker.close());`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      PATH: process.env['PATH'],
      DATABASE_URL: databaseUrl ?? '',
      ZOO_DATA_DIR: zoo.config.dataDirectory,
      ZOO_LEASE_SECONDS: String(zoo.config.worker.leaseMs / 1000),
      ZOO_LOG_LEVEL: 'silent',
      ZOO_TRANSFER_PROFILES: String(zoo.config.worker.transferProfiles),
      ...environment,
    },
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  while (!output.includes('\n')) {
    await Promise.race([
      once(child.stdout, 'data'),
      once(child, 'exit').then(() => Promise.reject(new Error('the worker did not start'))),
    ]);
  }
  return {
    id: output.trim(),
    process: child,
    async kill() {
      const gone = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : undefined;
      child.kill('SIGKILL');
      await gone;
    },
  };
}
