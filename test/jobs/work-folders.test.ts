import { mkdtemp, readdir, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WorkFolders } from '../../src/jobs/worker/work-folders.js';

let parent: string;
const longAgo = new Date(Date.now() - 2 * 3_600_000);

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'zoo-work-'));
});
afterEach(() => rm(parent, { recursive: true, force: true }));

test('what a killed worker left goes when it has shown no life for an hour, also while others run on', async () => {
  const [killed, living] = [new WorkFolders(parent, 'killed'), new WorkFolders(parent, 'living')];
  for (const folders of [killed, living]) {
    await folders.open();
    await folders.create({ jobId: 'job', fence: 1 });
  }
  await living.showLife();
  expect((await readdir(parent)).sort()).toEqual(['killed', 'living']);
  for (const name of ['killed', 'living']) await utimes(join(parent, name), longAgo, longAgo);
  await living.showLife();
  expect(await readdir(parent)).toEqual(['living']);
  expect(await readdir(join(parent, 'living'))).toEqual(['job-1']);
});

test('a worker that starts removes them too', async () => {
  await new WorkFolders(parent, 'killed').open();
  await utimes(join(parent, 'killed'), longAgo, longAgo);
  await new WorkFolders(parent, 'new').open();
  expect(await readdir(parent)).toEqual(['new']);
});
