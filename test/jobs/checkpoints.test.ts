import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { CheckpointKeeper } from '../../src/jobs/checkpoints/checkpoint-keeper.js';
import { keepCheckpoint, type CheckpointFile } from '../../src/jobs/checkpoints/keep-checkpoint.js';
import { placeCheckpoints } from '../../src/jobs/checkpoints/place-checkpoints.js';
import { attemptLimits } from '../../src/jobs/child/attempt-limits.js';
import { EventWriter } from '../../src/jobs/events/event-writer.js';
import { readJobEvents, type Fence } from '../../src/jobs/events/job-events.js';
import { endAttempt } from '../../src/jobs/queue/end-attempt.js';
import { executeSql } from '../../src/jobs/queue/execute-sql.js';
import { openJobQueue, type JobQueue } from '../../src/jobs/queue/queue.js';
import { hashBytes } from '../../src/learning/sha256.js';
import { collectGarbage } from '../../src/zoo/blobs/collect-garbage.js';
import { availableDatabases, unavailableDatabases } from '../support/database.js';
import { leaveOut } from '../support/left-out.js';
import { claimNext, createJobsFixture, letLeaseRunOut, queueTestJob, type JobsFixture } from './support.js';

for (const { name, remedy } of unavailableDatabases) leaveOut(`checkpoints on ${name}`, remedy);

const signal = new AbortController().signal;
const nothing = () => Promise.resolve();

describe.each(availableDatabases)('on $name', ({ create }) => {
  let fixture: JobsFixture;
  let queue: JobQueue;
  let folder: string;

  beforeAll(async () => {
    fixture = await createJobsFixture({}, create);
    queue = await openJobQueue(fixture.zoo);
  });
  beforeEach(async () => {
    await executeSql(fixture.zoo.database, 'TRUNCATE jobs CASCADE');
    await executeSql(fixture.zoo.database, 'TRUNCATE job_queue.job');
    folder = await mkdtemp(join(tmpdir(), 'zoo-checkpoints-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));
  afterAll(async () => {
    await queue.close();
    await fixture.close();
  });

  async function runningJob(): Promise<Fence> {
    await queueTestJob(fixture.zoo, fixture.principal);
    return claimNext(fixture.zoo, queue);
  }

  async function checkpoint(step: number, text = `weights after ${step} steps`): Promise<CheckpointFile> {
    const bytes = Buffer.from(text);
    const path = join(folder, `${step}.checkpoint`);
    await writeFile(path, bytes);
    return { path, sha256: hashBytes(bytes), sizeBytes: bytes.length, step };
  }

  async function placed({ jobId }: Fence): Promise<string[]> {
    const target = join(folder, 'next attempt');
    await mkdir(target, { recursive: true });
    const paths = await placeCheckpoints(fixture.zoo, jobId, target, signal);
    return Promise.all(paths.map((path) => readFile(path, 'utf8')));
  }

  test('the two most advanced are kept and found again, and the bytes of the others are gone at once', async () => {
    const fence = await runningJob();
    const files = [];
    for (const step of [10, 20, 30]) {
      files.push(await checkpoint(step));
      expect(await keepCheckpoint(fixture.zoo, fence, files.at(-1) as CheckpointFile)).toBe(true);
    }
    expect(await placed(fence)).toEqual(['weights after 30 steps', 'weights after 20 steps']);
    expect(await fixture.zoo.store.sizeOf(files[0]?.sha256 ?? '')).toBeUndefined();
    expect(await fixture.zoo.store.sizeOf(files[1]?.sha256 ?? '')).toBeDefined();
  });

  test('the attempt after a lost one finds them; those of the new one come first only when they are further', async () => {
    const first = await runningJob();
    await keepCheckpoint(fixture.zoo, first, await checkpoint(40));
    await endAttempt(fixture.zoo, first, { kind: 'handed-back', because: 'worker-stopping' });
    const second = await claimNext(fixture.zoo, queue);
    expect(second.fence).toBe(first.fence + 1);
    expect(await placed(second)).toEqual(['weights after 40 steps']);
    await keepCheckpoint(fixture.zoo, second, await checkpoint(50));
    expect(await placed(second)).toEqual(['weights after 50 steps', 'weights after 40 steps']);
  });

  test('an attempt that had to begin anew keeps its own, though an earlier one had come further', async () => {
    const first = await runningJob();
    for (const step of [900, 1000]) await keepCheckpoint(fixture.zoo, first, await checkpoint(step));
    await endAttempt(fixture.zoo, first, { kind: 'handed-back', because: 'worker-stopping' });
    const second = await claimNext(fixture.zoo, queue);
    for (const step of [10, 20]) await keepCheckpoint(fixture.zoo, second, await checkpoint(step));
    expect(await placed(second)).toEqual(['weights after 20 steps', 'weights after 10 steps']);
  });

  test('an attempt that lost its lease keeps nothing, and leaves no bytes', async () => {
    const fence = await runningJob();
    await letLeaseRunOut(fixture.zoo, fence.jobId);
    const file = await checkpoint(10);
    expect(await keepCheckpoint(fixture.zoo, fence, file)).toBe(false);
    expect(await placed(fence)).toEqual([]);
    expect(await fixture.zoo.store.sizeOf(file.sha256)).toBeUndefined();
  });

  test('a file that is not what it is said to be is refused', async () => {
    const fence = await runningJob();
    const file = await checkpoint(10);
    await writeFile(file.path, 'x'.repeat(file.sizeBytes));
    await expect(keepCheckpoint(fixture.zoo, fence, file)).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' });
    expect(await placed(fence)).toEqual([]);
  });

  test('what is no plain file is refused, and waited for by nobody', async () => {
    const fence = await runningJob();
    const file = await checkpoint(10);
    const link = join(folder, '11.checkpoint');
    await symlink(file.path, link);
    await expect(keepCheckpoint(fixture.zoo, fence, { ...file, path: link })).rejects.toThrow();
    const pipe = join(folder, '12.checkpoint');
    execFileSync('mkfifo', [pipe]);
    await expect(keepCheckpoint(fixture.zoo, fence, { ...file, path: pipe })).rejects.toThrow();
    expect(await placed(fence)).toEqual([]);
  });

  test('one whose bytes are lost or damaged is passed over for an older one', async () => {
    const fence = await runningJob();
    const files = [await checkpoint(10), await checkpoint(20)];
    for (const file of files) await keepCheckpoint(fixture.zoo, fence, file);
    await fixture.zoo.store.remove(files[1]?.sha256 ?? '');
    expect(await placed(fence)).toEqual(['weights after 10 steps']);
  });

  test('garbage collection spares them while the job lives, and takes them when it has ended', async () => {
    const fence = await runningJob();
    const file = await checkpoint(10);
    await keepCheckpoint(fixture.zoo, fence, file);
    const aDayLater = () =>
      executeSql(fixture.zoo.database, `UPDATE blobs SET condemned_at = condemned_at - interval '25 hours'`);
    await collectGarbage(fixture.zoo);
    await aDayLater();
    await collectGarbage(fixture.zoo);
    expect(await placed(fence)).toEqual(['weights after 10 steps']);

    await endAttempt(fixture.zoo, fence, { kind: 'cancelled' });
    await collectGarbage(fixture.zoo);
    await aDayLater();
    await collectGarbage(fixture.zoo);
    expect(await fixture.zoo.store.sizeOf(file.sha256)).toBeUndefined();
  });

  test('where they come faster than they are stored, the newest is kept and all files are taken away', async () => {
    const fence = await runningJob();
    const keeper = new CheckpointKeeper(fixture.zoo, fence, nothing, () => undefined);
    const files = await Promise.all([1, 2, 3, 4, 5].map((step) => checkpoint(step)));
    for (const file of files) keeper.add(file);
    await keeper.close();
    expect((await placed(fence))[0]).toBe('weights after 5 steps');
    for (const { path } of files) await expect(readFile(path)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('what was reported before one is written before it is kept', async () => {
    const fence = await runningJob();
    const events = new EventWriter(fixture.zoo, fence, attemptLimits(fixture.zoo.config), () => undefined);
    const atWriting: { logged: number; kept: number }[] = [];
    const keeper = new CheckpointKeeper(
      fixture.zoo,
      fence,
      async () => {
        await events.flush(false);
        const logged = (await readJobEvents(fixture.zoo.database, fence.jobId, 0, 100)).filter(
          ({ payload }) => payload['message'] === 'step 1',
        ).length;
        atWriting.push({ logged, kept: (await placed(fence)).length });
      },
      () => undefined,
    );
    events.add({ type: 'log', message: 'step 1' });
    keeper.add(await checkpoint(1));
    await keeper.close();
    await events.close();
    expect(atWriting).toEqual([{ logged: 1, kept: 0 }]);
    expect(await placed(fence)).toEqual(['weights after 1 steps']);
  });

  test('a keeper that finds the fence gone says so and takes no more', async () => {
    const fence = await runningJob();
    await letLeaseRunOut(fixture.zoo, fence.jobId);
    let fenced = 0;
    const keeper = new CheckpointKeeper(fixture.zoo, fence, nothing, () => fenced++);
    keeper.add(await checkpoint(1));
    await keeper.close();
    expect(fenced).toBe(1);
  });
});
