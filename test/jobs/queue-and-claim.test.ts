import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { claimJob, findLeftJob, type BoundStrategy, type Claimant } from '../../src/jobs/queue/claim-job.js';
import { executeSql } from '../../src/jobs/queue/execute-sql.js';
import { appendFencedEvents, readJobEvents } from '../../src/jobs/events/job-events.js';
import { enqueueJob, openJobQueue, type JobQueue } from '../../src/jobs/queue/queue.js';
import { BlobCache } from '../../src/jobs/worker/blob-cache.js';
import { runAttempt } from '../../src/jobs/worker/run-attempt.js';
import { WorkFolders } from '../../src/jobs/worker/work-folders.js';
import { createJobsFixture, jobById, letLeaseRunOut, queueTestJob, type JobsFixture } from './support.js';
import { availableDatabases, unavailableDatabases } from '../support/database.js';
import { leaveOut } from '../support/left-out.js';

for (const { name, remedy } of unavailableDatabases) leaveOut(`jobs on ${name}`, remedy);

describe.each(availableDatabases)('on $name', ({ create }) => {
  let fixture: JobsFixture;
  let queue: JobQueue;
  const claimant = { workerId: 'worker-1', canRun: () => true };

  beforeAll(async () => {
    fixture = await createJobsFixture({}, create);
    queue = await openJobQueue(fixture.zoo);
  });
  afterAll(async () => {
    await queue.close();
    await fixture.close();
  });

  async function queueAndClaim(): Promise<{ jobId: string; fence: number }> {
    const jobId = await queueTestJob(fixture.zoo, fixture.principal);
    const delivery = await queue.fetch();
    expect(delivery?.jobId).toBe(jobId);
    const claimed = delivery && (await claimJob(fixture.zoo, queue, delivery, claimant));
    return { jobId, fence: claimed?.fence ?? -1 };
  }

  describe('the queue', () => {
    test('delivers a job only once its transaction is committed', async () => {
      const { zoo } = fixture;
      await expect(
        zoo.database.transaction(async (manager) => {
          await enqueueJob(manager, '00000000-0000-4000-8000-000000000000');
          throw new Error('rolled back');
        }),
      ).rejects.toThrow('rolled back');
      expect(await queue.fetch()).toBeUndefined();
    });

    test('delivers again what could not be answered', async () => {
      const jobId = await queueTestJob(fixture.zoo, fixture.principal);
      const delivery = await queue.fetch();
      if (delivery === undefined) throw new Error('nothing was delivered');
      await queue.fail(delivery, new Error('no answer'));
      const { rows } = await executeSql<{ state: string; retries: number }>(
        fixture.zoo.database,
        `SELECT state::text, retry_limit - retry_count AS retries FROM job_queue.job WHERE id = $1`,
        [delivery.id],
      );
      expect(rows).toEqual([{ state: 'retry', retries: 5 }]);
      await executeSql(fixture.zoo.database, `UPDATE job_queue.job SET start_after = now() - interval '1s'`);
      const again = await queue.fetch();
      expect(again?.jobId).toBe(jobId);
      if (again) await claimJob(fixture.zoo, queue, again, claimant);
    });
  });

  describe('a claim', () => {
    test('raises the fence, starts the lease and notes the attempt', async () => {
      const { jobId, fence } = await queueAndClaim();
      const job = await jobById(fixture.zoo, jobId);
      expect(job).toMatchObject({ state: 'RUNNING', fence: 1, workerId: 'worker-1' });
      expect(fence).toBe(1);
      expect(job.leaseExpiresAt?.getTime()).toBeGreaterThan(Date.now());
      const attempts = await executeSql(
        fixture.zoo.database,
        `SELECT fence, outcome FROM attempts WHERE job_id = $1`,
        [jobId],
      );
      expect(attempts.rows).toEqual([{ fence: 1, outcome: null }]);
    });

    test('succeeds for one of many that are told of the same job', async () => {
      const jobId = await queueTestJob(fixture.zoo, fixture.principal);
      await fixture.zoo.database.transaction(async (manager) => {
        for (let copy = 0; copy < 7; copy++) await enqueueJob(manager, jobId);
      });
      const deliveries = await Promise.all(Array.from({ length: 8 }, () => queue.fetch()));
      expect(new Set(deliveries.map((delivery) => delivery?.id)).size).toBe(8);
      const claims = await Promise.all(
        deliveries.map((delivery) => delivery && claimJob(fixture.zoo, queue, delivery, claimant)),
      );
      expect(claims.filter((claim) => claim !== undefined)).toHaveLength(1);
      expect(await jobById(fixture.zoo, jobId)).toMatchObject({ fence: 1 });
    });

    describe('of a job that is bound to a build of a strategy', () => {
      const build = { name: 'prototypes', version: '1.2.0', digest: 'a'.repeat(64) };
      const holderOf = (...builds: BoundStrategy[]): Claimant => ({
        workerId: 'worker-2',
        canRun: ({ name, version, digest }) =>
          builds.some((held) => isDeepStrictEqual(held, { name, version, digest })),
      });

      async function queueBound(bound: BoundStrategy = build) {
        const jobId = await queueTestJob(fixture.zoo, fixture.principal);
        await executeSql(
          fixture.zoo.database,
          `UPDATE jobs SET strategy = $2, strategy_version = $3, strategy_digest = $4 WHERE id = $1`,
          [jobId, bound.name, bound.version, bound.digest],
        );
        const delivery = await queue.fetch();
        if (delivery === undefined) throw new Error('nothing was delivered');
        return { jobId, delivery };
      }

      test.each([
        ['another strategy', { ...build, name: 'l2-sp' }],
        ['another version', { ...build, version: '1.2.1' }],
        ['another build of the same version', { ...build, digest: 'b'.repeat(64) }],
      ])('leaves it to others where it has %s, and finds it later', async (_what, held) => {
        const { zoo } = fixture;
        const { jobId, delivery } = await queueBound();
        expect(await claimJob(zoo, queue, delivery, holderOf(held))).toBeUndefined();
        expect(await queue.fetch()).toBeUndefined();
        expect(await findLeftJob(zoo, holderOf(held))).toBeUndefined();
        const able = holderOf(held, build);
        expect(await findLeftJob(zoo, able)).toEqual({ jobId });
        expect((await claimJob(zoo, queue, { jobId }, able))?.fence).toBe(1);
        expect(await findLeftJob(zoo, able)).toBeUndefined();
      });

      test('finds the oldest of those that were left', async () => {
        const { zoo } = fixture;
        const first = await queueBound();
        const second = await queueBound({ ...build, name: 'a-name-that-sorts-first' });
        for (const { delivery } of [first, second]) await claimJob(zoo, queue, delivery, holderOf());
        await executeSql(
          zoo.database,
          `UPDATE jobs SET created_at = now() - interval '1 hour' WHERE id = $1`,
          [first.jobId],
        );
        const able = { workerId: 'worker-3', canRun: () => true };
        expect(await findLeftJob(zoo, able)).toEqual({ jobId: first.jobId });
        await claimJob(zoo, queue, { jobId: first.jobId }, able);
        expect(await findLeftJob(zoo, able)).toEqual({ jobId: second.jobId });
        await claimJob(zoo, queue, { jobId: second.jobId }, able);
      });

      test('gives it back unharmed where the package was removed since', async () => {
        const { zoo } = fixture;
        const { jobId, delivery } = await queueBound();
        const claimed = await claimJob(zoo, queue, delivery, holderOf(build));
        if (claimed === undefined) throw new Error('the job could not be claimed');
        const { dataDirectory } = zoo.config;
        await runAttempt(
          {
            zoo,
            cache: new BlobCache(join(dataDirectory, 'cache'), zoo.store, 0),
            workFolders: new WorkFolders(join(dataDirectory, 'attempts'), 'worker-2'),
            featureFolder: join(dataDirectory, 'features'),
            featureBytes: 0,
            stopping: new AbortController().signal,
          },
          { ...claimed, job: Object.assign(claimed.job, { kind: 'FINE_TUNE' }) },
        );
        expect(await jobById(zoo, jobId)).toMatchObject({ state: 'QUEUED', infrastructureFailures: 0 });
        const { rows } = await executeSql(
          zoo.database,
          `SELECT outcome, error->>'code' AS code FROM attempts WHERE job_id = $1`,
          [jobId],
        );
        expect(rows).toEqual([{ outcome: 'LOST', code: 'STRATEGY_UNKNOWN' }]);
        const again = await queue.fetch();
        expect(again?.jobId).toBe(jobId);
        expect(again && (await claimJob(zoo, queue, again, holderOf()))).toBeUndefined();
        expect((await claimJob(zoo, queue, { jobId }, holderOf(build)))?.fence).toBe(2);
      });

      test('is told of a job from before packages by name and version', async () => {
        const { jobId, delivery } = await queueBound({ ...build, digest: null });
        const asked: BoundStrategy[] = [];
        const claimed = await claimJob(fixture.zoo, queue, delivery, {
          workerId: 'worker-2',
          canRun: (wanted) => asked.push({ ...wanted }) > 0,
        });
        expect(claimed?.job.id).toBe(jobId);
        expect(asked).toEqual([{ ...build, digest: null }]);
      });

      test('is refused by the database to a worker that knows names only', async () => {
        const { zoo } = fixture;
        const { jobId, delivery } = await queueBound();
        const claimOfBefore = `UPDATE jobs SET state = 'RUNNING', fence = fence + 1, worker_id = 'old', progress = NULL,
              started_at = coalesce(started_at, now()), lease_expires_at = clock_timestamp() + interval '3 seconds'
            WHERE id = $1 AND state = 'QUEUED' AND cancel_requested_at IS NULL AND (strategy IS NULL OR strategy = ANY($2))`;
        await expect(executeSql(zoo.database, claimOfBefore, [jobId, [build.name]])).rejects.toThrow(
          /jobs_claim_check/,
        );
        expect(await jobById(zoo, jobId)).toMatchObject({ state: 'QUEUED', fence: 0 });
        expect((await claimJob(zoo, queue, delivery, holderOf(build)))?.job).toMatchObject({
          claimedDigest: build.digest,
        });
      });
    });
  });

  describe('the log of a job', () => {
    test('has no gaps however many write at once', async () => {
      const held = await queueAndClaim();
      await Promise.all(
        Array.from({ length: 20 }, (_, writer) =>
          appendFencedEvents(
            fixture.zoo.database,
            held,
            Array.from({ length: 1 + (writer % 3) }, (_, step) => ({
              type: 'metric' as const,
              payload: { name: `writer ${writer}`, value: 1, step },
            })),
          ),
        ),
      );
      const events = await readJobEvents(fixture.zoo.database, held.jobId, 0, 1000);
      expect(events.map(({ seq }) => seq)).toEqual(
        Array.from({ length: events.length }, (_, index) => index + 1),
      );
      // The state it was claimed in, and what 20 writers wrote.
      expect(events).toHaveLength(1 + 7 * 1 + 7 * 2 + 6 * 3);
    });

    test('takes nothing from an attempt whose fence was passed or whose lease ran out', async () => {
      const held = await queueAndClaim();
      const line = [{ type: 'log' as const, payload: { message: 'late' } }];
      expect(await appendFencedEvents(fixture.zoo.database, { ...held, fence: 0 }, line)).toBe(false);
      expect(await appendFencedEvents(fixture.zoo.database, held, line)).toBe(true);
      await letLeaseRunOut(fixture.zoo, held.jobId);
      expect(await appendFencedEvents(fixture.zoo.database, held, line)).toBe(false);
      expect(await readJobEvents(fixture.zoo.database, held.jobId, 0, 10)).toHaveLength(2);
    });

    test('keeps the newest progress in the job', async () => {
      const held = await queueAndClaim();
      const progress = (done: number) => ({
        type: 'progress' as const,
        payload: { phase: 'reading', done, total: 3, unit: 'ITEMS', secondsLeft: null },
      });
      await appendFencedEvents(fixture.zoo.database, held, [progress(1), progress(2)]);
      expect((await jobById(fixture.zoo, held.jobId)).progress).toMatchObject({ done: 2 });
    });
  });
});
