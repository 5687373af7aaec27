import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { checkpointFiles } from '../../src/jobs/child/checkpoint-files.js';
import { hashBytes } from '../../src/learning/sha256.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'zoo-checkpoint-files-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('a second training in the same attempt does not write over what the worker has yet to keep', async () => {
  const reports: { file: string; sha256: string; step: number }[] = [];
  const { save } = checkpointFiles(folder, [], 1000, (report) => reports.push(report));
  await save(Buffer.from('the first training'), 5);
  await save(Buffer.from('the second training'), 5);
  const digests = await Promise.all(
    reports.map(async ({ file }) => hashBytes(await readFile(join(folder, file)))),
  );
  expect(digests).toEqual(reports.map(({ sha256 }) => sha256));
  expect(reports.map(({ step }) => step)).toEqual([5, 5]);
});

test('one that is too large is refused before it is written', async () => {
  const { save } = checkpointFiles(folder, [], 10, () => undefined);
  await expect(save(new Uint8Array(11), 1)).rejects.toMatchObject({ code: 'JOB_CHECKPOINT_TOO_LARGE' });
  expect(await readdir(folder)).toEqual([]);
});
