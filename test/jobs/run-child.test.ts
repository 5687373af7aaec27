import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AttemptLimits } from '../../src/jobs/child/attempt-limits.js';
import { runChild, type ChildEnd, type ChildOptions } from '../../src/jobs/child/run-child.js';
import { WorkFolders, type WorkFolder } from '../../src/jobs/worker/work-folders.js';
import { entryPoint } from '../../src/entry-points.js';
import { colourArchive } from './real-work.js';

let root: string;
let folders: WorkFolders;
let archive: string;

const limits: AttemptLimits = {
  timeMs: 60_000,
  memoryBytes: 2 * 1024 ** 3,
  graceMs: 2_000,
  logBytes: 1_000_000,
  metricPoints: 1000,
  diskBytes: 1024 ** 3,
  checkpointBytes: 1024 ** 2,
  reports: 100_000,
  reportBytes: 1024 ** 2,
  stderrBytes: 1024 ** 2,
};

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'zoo-child-'));
  folders = new WorkFolders(join(root, 'work'), 'worker-1');
  await folders.open();
  archive = join(root, 'archive.tar');
  await writeFile(archive, await colourArchive(400));
});
afterAll(() => rm(root, { recursive: true, force: true }));

let attempts = 0;
async function importInChild(
  options: Partial<Omit<ChildOptions, 'limits'>> & { limits?: Partial<AttemptLimits> } = {},
): Promise<{ end: ChildEnd; folder: WorkFolder; processId: number }> {
  const folder = await folders.create({ jobId: 'job', fence: ++attempts });
  let processId = 0;
  const end = await runChild({
    work: { kind: 'DATASET_IMPORT', archivePath: archive, outputFolder: folder.output, options: {} },
    folder,
    threads: 1,
    signal: new AbortController().signal,
    onReport: () => undefined,
    onCheckpoint: () => undefined,
    onStderr: () => undefined,
    ...options,
    onStart: (id) => {
      processId = id;
      options.onStart?.(id);
    },
    limits: { ...limits, ...options.limits },
  });
  return { end, folder, processId };
}

function isAlive(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch {
    return false;
  }
}

test('does its work and reports on it', async () => {
  const phases = new Set<string>();
  const { end, folder } = await importInChild({
    onCheckpoint: () => undefined,
    onReport: (report) => report.type === 'progress' && phases.add(report.phase),
  });
  expect(end).toMatchObject({
    kind: 'completed',
    result: { manifest: { classes: ['blue', 'green', 'red'] } },
  });
  expect(phases).toContain('checking pictures');
  expect((await readdir(folder.output)).sort()).toEqual(['index.json', 'report.json', 'shards']);
});

test.skipIf(process.platform !== 'linux')('sees nothing of its worker’s environment', async () => {
  const secrets = {
    DATABASE_URL: 'postgres://zoo:hunter2@db/zoo',
    S3_SECRET_ACCESS_KEY: 'hunter2',
    ZOO_ADMIN_TOKEN: 'hunter2-hunter2-hunter2-hunter2-hunter2',
    NODE_OPTIONS: '--no-warnings',
  };
  Object.assign(process.env, secrets);
  try {
    let dump: Promise<string> | undefined;
    await importInChild({
      onReport: () => undefined,
      onCheckpoint: () => undefined,
      onStart: (id) => (dump = readFile(`/proc/${id}/environ`, 'utf8')),
    });
    const variables = (await dump)?.split('\0').filter((line) => line !== '') ?? [];
    expect(variables.join('\n')).not.toContain('hunter2');
    expect(variables.map((line) => line.split('=')[0]).sort()).toEqual([
      'HOME',
      'LANG',
      'NODE_ENV',
      'OMP_NUM_THREADS',
      'PATH',
      'TF_CPP_MIN_LOG_LEVEL',
      'TF_DETERMINISTIC_OPS',
      'TF_FORCE_GPU_ALLOW_GROWTH',
      'TF_NUM_INTEROP_THREADS',
      'TF_NUM_INTRAOP_THREADS',
      'TMPDIR',
      'TZ',
      'UV_THREADPOOL_SIZE',
      'ZOO_ATTEMPT',
    ]);
  } finally {
    for (const name of Object.keys(secrets)) delete process.env[name];
  }
});

describe('a limit', () => {
  test('of time ends it', async () => {
    const { end } = await importInChild({ limits: { timeMs: 300 } });
    expect(end).toMatchObject({ kind: 'failed', error: { code: 'JOB_TIMED_OUT' } });
  });

  test('of memory ends it', async () => {
    const { end } = await importInChild({ limits: { memoryBytes: 30 * 1024 ** 2 } });
    expect(end).toMatchObject({ kind: 'failed', error: { code: 'JOB_OUT_OF_MEMORY' } });
    expect(end.kind === 'failed' && end.error.message).toMatch(/used \d+ MB of at most 30 MB/);
  });
});

test('what fails in it is told with its code and without a path', async () => {
  const broken = join(root, 'broken.tar');
  await writeFile(broken, 'no archive at all');
  const folder = await folders.create({ jobId: 'job', fence: ++attempts });
  const { end } = await importInChild({
    work: { kind: 'DATASET_IMPORT', archivePath: broken, outputFolder: folder.output, options: {} },
  });
  expect(end).toMatchObject({ kind: 'failed', error: { code: 'ARCHIVE_UNREADABLE' } });
  expect(end.kind === 'failed' && end.error.message).not.toContain(root);
});

test('stops when asked to, and leaves no process behind', async () => {
  const abort = new AbortController();
  const { end, processId } = await importInChild({
    signal: abort.signal,
    onCheckpoint: () => undefined,
    onReport: () => abort.abort(new Error('no longer wanted')),
  });
  expect(end).toEqual({ kind: 'stopped' });
  expect(isAlive(processId)).toBe(false);
});

test('is killed when it does not stop in time', async () => {
  const abort = new AbortController();
  const { end, processId } = await importInChild({
    signal: abort.signal,
    limits: { graceMs: 200 },
    onStart: (id) => {
      // Stopped by the system, it cannot hear anything.
      process.kill(id, 'SIGSTOP');
      abort.abort(new Error('no longer wanted'));
    },
  });
  expect(end).toEqual({ kind: 'stopped' });
  expect(isAlive(processId)).toBe(false);
});

test('a death by someone else’s hand is told apart from a failure of the work', async () => {
  const { end } = await importInChild({ onStart: (id) => process.kill(id, 'SIGKILL') });
  expect(end).toMatchObject({ kind: 'died', error: { code: 'JOB_PROCESS_DIED' } });
});

test('dies with its worker', async () => {
  const folder = join(root, 'orphan');
  for (const name of ['output', 'home/tmp']) await mkdir(join(folder, name), { recursive: true });
  const script = `
    const { runChild } = await import(${JSON.stringify(new URL('./run-child.js', entryPoint('jobs/child/attempt-child')).href)});
    const root = ${JSON.stringify(folder)};
    await runChild({
      work: { kind: 'DATASET_IMPORT', archivePath: ${JSON.stringify(archive)}, outputFolder: root + '/output', options: {} },
      folder: { root, base: root, dataset: root, output: root + '/output', checkpoints: root + '/checkpoints', home: root + '/home', temporary: root + '/home/tmp' },
      threads: 1, limits: ${JSON.stringify(limits)}, signal: new AbortController().signal,
      onStart: (id) => console.log(id), onCheckpoint: () => {}, onReport: () => console.log('at work'), onStderr: () => {},
    });`;
  const worker = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  worker.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  while (!output.includes('at work')) await once(worker.stdout, 'data');
  const child = Number(output.split('\n')[0]);
  expect(isAlive(child)).toBe(true);
  worker.kill('SIGKILL');
  await expect.poll(() => isAlive(child)).toBe(false);
});
