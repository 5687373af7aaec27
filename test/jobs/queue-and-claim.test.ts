import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { claimJob } from '../../src/jobs/queue/claim-job.js';
import { executeSql } from '../../src/jobs/queue/execute-sql.js';
import { appendFencedEvents, readJobEvents } from '../../src/jobs/events/job-events.js';
import { enqueueJob, openJobQueue, type JobQueue } from '../../src/jobs/queue/queue.js';
import { createJobsFixture, jobById, letLeaseRunOut, queueTestJob, type JobsFixture } from './support.js';
import { availableDatabases, unavailableDatabases } from '../support/database.js';
import { leaveOut } from '../support/left-out.js';

for (const { name, remedy } of unavailableDatabases) leaveOut(`jobs on ${name}`, remedy);

describe.each(availableDatabases)('on $name', ({ create }) => {
  let fixture: JobsFixture;
  let queue: JobQueue;
  const claimant = { workerId: 'worker-1', strategies: [] };

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

    test('leaves a job whose strategy is not installed to another worker', async () => {
      const jobId = await queueTestJob(fixture.zoo, fixture.principal);
      await executeSql(fixture.zoo.database, `UPDATE jobs SET strategy = 'elsewhere' WHERE id = $1`, [jobId]);
      const delivery = await queue.fetch();
      if (delivery === undefined) throw new Error('nothing was delivered');
      expect(await claimJob(fixture.zoo, queue, delivery, claimant)).toBeUndefined();
      await executeSql(fixture.zoo.database, `UPDATE job_queue.job SET start_after = now() - interval '1s'`);
      const again = await queue.fetch();
      expect(again?.jobId).toBe(jobId);
      const able = { workerId: 'worker-2', strategies: ['elsewhere'] };
      expect(again && (await claimJob(fixture.zoo, queue, again, able))?.fence).toBe(1);
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
