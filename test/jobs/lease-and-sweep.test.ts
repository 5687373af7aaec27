import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { cancelJob } from '../../src/jobs/launch/cancel-job.js';
import { claimJob } from '../../src/jobs/queue/claim-job.js';
import { endAttempt, infrastructureRetries } from '../../src/jobs/queue/end-attempt.js';
import { executeSql } from '../../src/jobs/queue/execute-sql.js';
import type { Fence } from '../../src/jobs/events/job-events.js';
import { AttemptStopped, Lease } from '../../src/jobs/queue/lease.js';
import { openJobQueue, type JobQueue } from '../../src/jobs/queue/queue.js';
import { sweepJobs } from '../../src/jobs/queue/sweep-jobs.js';
import {
  claimNext,
  createJobsFixture,
  createPrincipal,
  jobById,
  letLeaseRunOut,
  outcomesOf,
  queueTestJob,
  type JobsFixture,
} from './support.js';
import { availableDatabases, unavailableDatabases } from '../support/database.js';
import { leaveOut } from '../support/left-out.js';

for (const { name, remedy } of unavailableDatabases) leaveOut(`jobs on ${name}`, remedy);

/** What a lease waits by. Its clock goes on. */
const onlyTimers: Parameters<typeof vi.useFakeTimers>[0] = {
  toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'],
};

describe.each(availableDatabases)('on $name', ({ create }) => {
  let fixture: JobsFixture;
  let queue: JobQueue;

  beforeAll(async () => {
    fixture = await createJobsFixture({}, create);
    queue = await openJobQueue(fixture.zoo);
  });
  /** Jobs of one test are lost jobs to the next. */
  beforeEach(async () => {
    await executeSql(fixture.zoo.database, 'TRUNCATE jobs CASCADE');
    await executeSql(fixture.zoo.database, 'TRUNCATE job_queue.job');
  });
  afterEach(() => {
    vi.useRealTimers();
  });
  afterAll(async () => {
    await queue.close();
    await fixture.close();
  });

  async function runningJob(): Promise<Fence> {
    await queueTestJob(fixture.zoo, fixture.principal);
    return claimNext(fixture.zoo, queue);
  }

  async function stopReason(lease: Lease): Promise<string> {
    if (!lease.signal.aborted) await once(lease.signal, 'abort');
    return lease.signal.reason instanceof AttemptStopped ? lease.signal.reason.reason : 'unknown';
  }

  describe('a lease', () => {
    test('is renewed by heartbeats', async () => {
      const held = await runningJob();
      await executeSql(
        fixture.zoo.database,
        `UPDATE jobs SET lease_expires_at = lease_expires_at - interval '1 second' WHERE id = $1`,
        [held.jobId],
      );
      const before = (await jobById(fixture.zoo, held.jobId)).leaseExpiresAt;
      const lease = new Lease(fixture.zoo, held, performance.now());
      await lease.renew();
      const after = (await jobById(fixture.zoo, held.jobId)).leaseExpiresAt;
      expect(after?.getTime()).toBeGreaterThan(before?.getTime() ?? Infinity);
      expect(lease.signal.aborted).toBe(false);
      lease.close();
    });

    test('ends the attempt when another worker has taken the job', async () => {
      const held = await runningJob();
      const lease = new Lease(fixture.zoo, held, performance.now());
      await letLeaseRunOut(fixture.zoo, held.jobId);
      await sweepJobs(fixture.zoo);
      expect(await claimNext(fixture.zoo, queue)).toEqual({ jobId: held.jobId, fence: 2 });
      await lease.renew();
      expect(await stopReason(lease)).toBe('lease-lost');
      lease.close();
    });

    test('ends the attempt two thirds into its lease when no heartbeat gets through', async () => {
      const cutOff = await createJobsFixture();
      await cutOff.close();
      const held = await runningJob();
      vi.useFakeTimers(onlyTimers);
      const lease = new Lease({ ...fixture.zoo, database: cutOff.zoo.database }, held, performance.now());
      const { leaseMs } = fixture.zoo.config.worker;
      vi.advanceTimersByTime(leaseMs / 2);
      expect(lease.signal.aborted).toBe(false);
      vi.advanceTimersByTime(leaseMs / 6);
      expect(lease.signal.aborted).toBe(true);
      expect(await stopReason(lease)).toBe('lease-lost');
      lease.close();
    });

    test('sends heartbeats by itself', async () => {
      const held = await runningJob();
      await letLeaseRunOut(fixture.zoo, held.jobId);
      vi.useFakeTimers(onlyTimers);
      const lease = new Lease(fixture.zoo, held, performance.now());
      vi.advanceTimersByTime(fixture.zoo.config.worker.leaseMs / 4);
      vi.useRealTimers();
      // It finds that the lease is over.
      expect(await stopReason(lease)).toBe('lease-lost');
      lease.close();
    });

    test('hears of a cancellation by another process with its next heartbeat', async () => {
      const held = await runningJob();
      const lease = new Lease(fixture.zoo, held, performance.now());
      await executeSql(fixture.zoo.database, `UPDATE jobs SET cancel_requested_at = now() WHERE id = $1`, [
        held.jobId,
      ]);
      await lease.renew();
      expect(await stopReason(lease)).toBe('cancelled');
      lease.close();
    });

    test('hears of a cancellation in its own process at once', async () => {
      const held = await runningJob();
      const lease = new Lease(fixture.zoo, held, performance.now());
      await cancelJob(fixture.zoo, fixture.principal, held.jobId);
      expect(lease.signal.aborted).toBe(true);
      lease.close();
    });
  });

  describe('the sweep', () => {
    test('queues a job again whose worker went silent, and fails it when that happens too often', async () => {
      let held = await runningJob();
      for (let attempt = 1; attempt <= infrastructureRetries; attempt++) {
        await letLeaseRunOut(fixture.zoo, held.jobId);
        expect(await sweepJobs(fixture.zoo)).toMatchObject({ lost: 1 });
        expect(await jobById(fixture.zoo, held.jobId)).toMatchObject({
          state: 'QUEUED',
          workerId: null,
          infrastructureFailures: attempt,
        });
        held = await claimNext(fixture.zoo, queue);
      }
      await letLeaseRunOut(fixture.zoo, held.jobId);
      await sweepJobs(fixture.zoo);
      const job = await jobById(fixture.zoo, held.jobId);
      expect(job).toMatchObject({ state: 'FAILED', error: { code: 'JOB_INFRASTRUCTURE_FAILED' } });
      expect(job.finishedAt).not.toBeNull();
      expect(await outcomesOf(fixture.zoo, held.jobId)).toEqual(['LOST', 'LOST', 'LOST', 'LOST']);
    });

    test('leaves jobs alone whose lease lasts', async () => {
      const held = await runningJob();
      expect(await sweepJobs(fixture.zoo)).toEqual({ lost: 0, requeued: 0 });
      expect(await jobById(fixture.zoo, held.jobId)).toMatchObject({ state: 'RUNNING', fence: held.fence });
    });

    test('cancels a lost job that was to be cancelled', async () => {
      const held = await runningJob();
      await cancelJob(fixture.zoo, fixture.principal, held.jobId);
      await letLeaseRunOut(fixture.zoo, held.jobId);
      await sweepJobs(fixture.zoo);
      expect(await jobById(fixture.zoo, held.jobId)).toMatchObject({ state: 'CANCELLED' });
      expect(await outcomesOf(fixture.zoo, held.jobId)).toEqual(['CANCELLED']);
    });

    test('rings again for a waiting job that the queue lost', async () => {
      const jobId = await queueTestJob(fixture.zoo, fixture.principal);
      expect(await sweepJobs(fixture.zoo)).toEqual({ lost: 0, requeued: 0 });
      await executeSql(fixture.zoo.database, `DELETE FROM job_queue.job WHERE singleton_key = $1`, [jobId]);
      await executeSql(
        fixture.zoo.database,
        `UPDATE jobs SET created_at = now() - interval '1 minute' WHERE id = $1`,
        [jobId],
      );
      expect(await sweepJobs(fixture.zoo)).toEqual({ lost: 0, requeued: 1 });
      expect(await claimNext(fixture.zoo, queue)).toEqual({ jobId, fence: 1 });
    });
  });

  describe('the end of an attempt', () => {
    test('is written only under the fence', async () => {
      const held = await runningJob();
      const error = { code: 'JOB_FAILED', message: 'It did not work.' };
      expect(await endAttempt(fixture.zoo, { ...held, fence: 7 }, { kind: 'failed', error })).toBe(false);
      expect(await endAttempt(fixture.zoo, held, { kind: 'failed', error })).toBe(true);
      expect(await jobById(fixture.zoo, held.jobId)).toMatchObject({ state: 'FAILED', error });
      expect(await endAttempt(fixture.zoo, held, { kind: 'cancelled' })).toBe(false);
    });

    test('gives a job back unharmed when the worker stops', async () => {
      const held = await runningJob();
      expect(await endAttempt(fixture.zoo, held, { kind: 'handed-back', because: 'worker-stopping' })).toBe(
        true,
      );
      expect(await jobById(fixture.zoo, held.jobId)).toMatchObject({
        state: 'QUEUED',
        infrastructureFailures: 0,
      });
      // At once: no pause was set for the delivery.
      const delivery = await queue.fetch();
      expect(delivery?.jobId).toBe(held.jobId);
    });
  });

  describe('cancelling', () => {
    test('ends a waiting job at once, and no worker takes it', async () => {
      const jobId = await queueTestJob(fixture.zoo, fixture.principal);
      const job = await cancelJob(fixture.zoo, fixture.principal, jobId);
      expect(job).toMatchObject({ state: 'CANCELLED' });
      const delivery = await queue.fetch();
      expect(delivery?.jobId).toBe(jobId);
      expect(
        delivery &&
          (await claimJob(fixture.zoo, queue, delivery, { workerId: 'worker-1', canRun: () => true })),
      ).toBeUndefined();
      await expect(cancelJob(fixture.zoo, fixture.principal, jobId)).resolves.toMatchObject({
        state: 'CANCELLED',
      });
    });

    test('refuses a job that has ended', async () => {
      const held = await runningJob();
      await endAttempt(fixture.zoo, held, { kind: 'failed', error: { code: 'JOB_FAILED', message: 'No.' } });
      await expect(cancelJob(fixture.zoo, fixture.principal, held.jobId)).rejects.toMatchObject({
        code: 'JOB_ALREADY_FINISHED',
      });
    });

    test('knows nothing of the jobs of others, unless an admin asks', async () => {
      const held = await runningJob();
      const other = await createPrincipal(fixture.zoo, 'grace');
      await expect(cancelJob(fixture.zoo, other, held.jobId)).rejects.toMatchObject({ code: 'NOT_FOUND' });
      const admin = await createPrincipal(fixture.zoo, 'root', 'ADMIN');
      await expect(cancelJob(fixture.zoo, admin, held.jobId)).resolves.toMatchObject({ state: 'RUNNING' });
    });
  });
});
