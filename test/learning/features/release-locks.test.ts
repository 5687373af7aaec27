import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { entryPoint } from '../../../src/entry-points.js';
import { releaseLocksOf, withFileLock } from '../../../src/learning/features/file-lock.js';

test('locks that a process held when it was killed are removed, and no others', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'zoo-locks-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const lock = new URL('../../learning/features/file-lock.js', entryPoint('jobs/child/attempt-child'));
  const script = `
    const { withFileLock } = await import(${JSON.stringify(lock.href)});
    await withFileLock(${JSON.stringify(join(folder, 'theirs.lock'))}, undefined, () => {
      console.log('held');
      return new Promise(() => setInterval(() => {}, 1000));
    });`;
  const holder = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(holder.stdout, 'data');
  await withFileLock(join(folder, 'ours.lock'), undefined, async () => {
    const gone = once(holder, 'exit');
    holder.kill('SIGKILL');
    await gone;
    expect((await readdir(folder)).sort()).toEqual(['ours.lock', 'theirs.lock']);
    await releaseLocksOf(holder.pid ?? 0, folder);
    expect(await readdir(folder)).toEqual(['ours.lock']);
  });
});
